"""Plans that are claimed complete, by a summary, a ticked box of a roadmap, or a run. Nothing is
judged here.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from typing import Literal

from msgspec import Struct

from forge.git.objects.tree import Tree, Unreadable
from forge.planning.names.catalog import Catalog
from forge.planning.names.plan_files import FOLDER, PlanFile, plan_id, summaries_of
from forge.planning.numbers import PLAN_ID
from forge.records.record import RunRecord
from forge.records.rollbacks import completed_runs
from forge.text.source import Source

ClaimKind = Literal["summary", "roadmap", "run"]
_TICKED = re.compile(r"^[ \t>]*[-*+][ \t]+\[[xX]\][ \t]+(?P<text>\S.*)$", re.M)
_NAMED = re.compile(rf"(?:plan[ \t]+)?(?P<name>{PLAN_ID}(?!-?\d)|[\w.-]*PLAN\.md)", re.I)
_MARKUP = "*_`[(~ \t"
_LONGEST = 1 << 20


class Claim(Struct, frozen=True):
    """A document or run that claims a plan complete; `line` is set for an entry of a list."""

    by: ClaimKind
    path: str
    line: int | None = None

    def as_data(self) -> dict[str, object]:
        return {"by": self.by, "path": self.path, "line": self.line}


class Claimed(Struct, frozen=True):
    """A plan that is claimed complete, with all claims; a summary comes first."""

    file: PlanFile
    claims: tuple[Claim, ...]

    @property
    def summary(self) -> str | None:
        return next((claim.path for claim in self.claims if claim.by == "summary"), None)


def claimed_plans(catalog: Catalog, tree: Tree, runs: Sequence[RunRecord]) -> list[Claimed]:
    """Return the plans of a tree that are claimed complete, in the catalog's order.

    The catalog is that of the tree.
    """
    paths = catalog.paths or ()
    summaries = summaries_of([file.path for file in catalog.files], summaries_among(paths))
    ticked = dict(_ticked_plans(catalog, tree, paths))
    ended = {record.plan_path: record for record in completed_runs(runs)}
    plans = []
    for file in catalog.files:
        claims: list[Claim] = []
        if path := summaries.get(file.path):
            claims.append(Claim("summary", path))
        if record := ended.get(file.path):
            claims.append(Claim("run", record.card.folder))
        if file.path in ticked:
            claims.append(ticked[file.path])
        if claims:
            plans.append(Claimed(file, tuple(claims)))
    return plans


def summaries_among(paths: Sequence[str]) -> list[str]:
    """Return the summaries among the paths of a tree."""
    return [path for path in paths if path.startswith(f"{FOLDER}/") and path.endswith("SUMMARY.md")]


def _ticked_plans(
    catalog: Catalog, tree: Tree, paths: Sequence[str]
) -> Iterator[tuple[str, Claim]]:
    """Yield the path of each plan whose box is ticked in a roadmap, with the claim."""
    for path in paths:
        if path.startswith(f"{FOLDER}/") and path.endswith("ROADMAP.md"):
            for name, line in _ticked_names(path, tree):
                if plan := _plan_by_name(catalog, name, path):
                    yield plan.path, Claim("roadmap", path, line)


def _ticked_names(path: str, tree: Tree) -> Iterator[tuple[str, int]]:
    try:
        text = Source.of(path, tree.read(path)).text[:_LONGEST]
    except Unreadable:
        return
    at, line = 0, 1
    for box in _TICKED.finditer(text):
        line += text.count("\n", at, box.start())
        at = box.start()
        if named := _NAMED.match(box["text"].lstrip(_MARKUP)):
            yield named["name"], line


def _plan_by_name(catalog: Catalog, name: str, roadmap: str) -> PlanFile | None:
    """Return the one plan that a roadmap names: one of the roadmap's own milestone, else a current
    one.
    """
    bare = name.removesuffix(".md").removesuffix("PLAN").rstrip("-_.").lower()
    fitting = [
        file for file in catalog.files if bare in (plan_id(file.path).lower(), file.stem.lower())
    ]
    milestone = posixpath.basename(roadmap).removesuffix("ROADMAP.md").rstrip("-")
    own = (
        [file for file in fitting if f"/milestones/{milestone}-phases/" in file.path]
        if milestone
        else []
    )
    current = own or [file for file in fitting if not file.archived] or fitting
    return current[0] if len(current) == 1 else None
