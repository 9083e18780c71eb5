"""Which plans are called complete, and by what: a summary, a ticked box of a roadmap, a run of
forge. Nothing is judged.
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
    """What calls a plan complete: the document or run, and its line where it is one of a list."""

    by: ClaimKind
    path: str
    line: int | None = None

    def as_data(self) -> dict[str, object]:
        """Return what JSON shows of it."""
        return {"by": self.by, "path": self.path, "line": self.line}


class Claimed(Struct, frozen=True):
    """A plan that is called complete, with all that calls it so; a summary comes first."""

    file: PlanFile
    claims: tuple[Claim, ...]

    @property
    def summary(self) -> str | None:
        """The path of its summary."""
        return next((claim.path for claim in self.claims if claim.by == "summary"), None)


def claimed_plans(catalog: Catalog, tree: Tree, runs: Sequence[RunRecord]) -> list[Claimed]:
    """Return the plans of a tree that are called complete, in the catalog's order; the catalog
    lists the tree's documents.
    """
    paths = catalog.paths or ()
    summaries = summaries_of([file.path for file in catalog.files], summaries_among(paths))
    ticked = dict(_ticked_plans(catalog, tree, paths))
    ended = {record.plan_path: record for record in completed_runs(runs)}
    found = []
    for file in catalog.files:
        claims: list[Claim] = []
        if path := summaries.get(file.path):
            claims.append(Claim("summary", path))
        if record := ended.get(file.path):
            claims.append(Claim("run", record.card.folder))
        if file.path in ticked:
            claims.append(ticked[file.path])
        if claims:
            found.append(Claimed(file, tuple(claims)))
    return found


def summaries_among(paths: Sequence[str]) -> list[str]:
    """Return those of the paths of a tree that are summaries."""
    return [path for path in paths if path.startswith(f"{FOLDER}/") and path.endswith("SUMMARY.md")]


def _ticked_plans(
    catalog: Catalog, tree: Tree, paths: Sequence[str]
) -> Iterator[tuple[str, Claim]]:
    """Yield the path of each plan whose box is ticked in a roadmap, with the place of the box."""
    for path in paths:
        if path.startswith(f"{FOLDER}/") and path.endswith("ROADMAP.md"):
            for name, line in _ticked_names(path, tree):
                if found := _meant(catalog, name, path):
                    yield found.path, Claim("roadmap", path, line)


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


def _meant(catalog: Catalog, name: str, roadmap: str) -> PlanFile | None:
    """Return the one plan that a roadmap means: of its own milestone where it is a milestone's,
    else a current one.
    """
    bare = name.removesuffix(".md").removesuffix("PLAN").rstrip("-_.").lower()
    found = [
        file for file in catalog.files if bare in (plan_id(file.path).lower(), file.stem.lower())
    ]
    milestone = posixpath.basename(roadmap).removesuffix("ROADMAP.md").rstrip("-")
    own = (
        [file for file in found if f"/milestones/{milestone}-phases/" in file.path]
        if milestone
        else []
    )
    current = own or [file for file in found if not file.archived] or found
    return current[0] if len(current) == 1 else None
