"""reference-missing: the `@path` references of a plan's context."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

from forge.check.rules.model import Rule, shown
from forge.check.rules.project import Project
from forge.planning.names.plan_files import PlanFile
from forge.planning.plan.scope import leaves
from forge.text.finding import Finding
from forge.text.location import Spot

RULE = Rule(
    "reference-missing",
    "warning",
    False,
    "each `@path` of a plan's context exists, or some plan writes it",
)
_PLACEHOLDER = re.compile(r"[{}<>*$?\[\]|\\]|\.\.\.|NN|XX")
_FILE = re.compile(
    r"\.(?:mdx?|txt|json|ya?ml|toml|py|tsx?|[mc]?jsx?|rs|go|java|kt|rb|php|cs|html|css|sql|sh)$",
    re.I,
)
_TAIL = re.compile(r"(?:#.*|:\d[\d,-]*)$")
_TOOLS = (".claude/", "~", "$", ".codex/", ".gemini/", ".opencode/", "get-shit-done/")


class _Missing(NamedTuple):
    file: PlanFile
    spot: Spot
    path: str


def check(project: Project) -> Iterator[Finding]:
    """Yield a finding for each reference to a missing file; a note in a plan that is done.

    Excerpts of a project are not checked, nor are files of a tool, paths outside the repository,
    and paths with a placeholder.
    """
    if not project.whole:
        return
    missing = [
        reference
        for file in project.files
        if not file.archived
        for reference in _missing(project, file)
    ]
    written = _written(project, {path for _, _, path in missing}) if missing else set()
    for file, spot, path in missing:
        if path not in written:
            yield RULE.on(
                file.path,
                spot,
                f"there is no {shown(path)}, and no plan writes it",
                "correct the path, or remove the reference",
                "note" if project.done(file) else None,
            )


def _missing(project: Project, file: PlanFile) -> Iterator[_Missing]:
    facts = project.facts(file.path)
    for spot in facts.references if facts else ():
        path = _TAIL.sub("", spot.text).removeprefix("./")
        if path.startswith(_TOOLS) or _PLACEHOLDER.search(path) or leaves(path):
            continue
        if not _reads_like_a_path(project, path):
            continue
        beside = posixpath.normpath(posixpath.join(file.folder, path))
        places = [place for place in (posixpath.normpath(path), beside) if not leaves(place)]
        writes_it = facts is not None and any(place in facts.paths for place in places)
        if places and not writes_it and not any(project.exists(place) for place in places):
            yield _Missing(file, spot, places[0])


def _reads_like_a_path(project: Project, path: str) -> bool:
    """Return whether a word after an `@` is a path, not a decorator (`@app.route`) or a package
    (`@scope/name`).
    """
    if "/" not in path:
        return _FILE.search(path) is not None
    first, last = path.partition("/")[0], posixpath.basename(path)
    return "." in last or first.startswith(".") or project.exists(first)


def _written(project: Project, wanted: set[str]) -> set[str]:
    """Return those of the paths that some plan writes, or that are the summary of a plan."""
    written = {file.summary_path for file in project.files} & wanted
    for _, facts in project.read():
        written.update(path for path in facts.paths if path in wanted)
        if len(written) == len(wanted):
            break
    return written
