"""reference-missing: the `@path` references of a plan's context."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

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
    "each `@path` of a plan's context is there, or some plan writes it",
)
_OPEN = re.compile(r"[{}<>*$?\[\]|\\]|\.\.\.|NN|XX")
_FILE = re.compile(
    r"\.(?:mdx?|txt|json|ya?ml|toml|py|tsx?|[mc]?jsx?|rs|go|java|kt|rb|php|cs|html|css|sql|sh)$",
    re.I,
)
_TAIL = re.compile(r"(?:#.*|:\d[\d,-]*)$")
_TOOLS = (".claude/", "~", "$", ".codex/", ".gemini/", ".opencode/", "get-shit-done/")

Missing = tuple[PlanFile, Spot, str]


def check(project: Project) -> Iterator[Finding]:
    """Yield a finding for each reference that leads nowhere; a note in a plan that was carried out
    already.

    Where the documents may be an excerpt, nothing is looked for; nor is what a tool brings along,
    what leads out of the repository, and what holds a placeholder.
    """
    missing = [
        found
        for file in project.files
        if project.whole and not file.archived
        for found in _missing(project, file)
    ]
    if missing:
        written = _written(project, {path for _, _, path in missing})
        for file, spot, path in missing:
            if path not in written:
                yield RULE.on(
                    file.path,
                    spot,
                    f"there is no {shown(path)}, and no plan writes it",
                    "mend the path, or take the reference out",
                    "note" if project.done(file) else None,
                )


def _missing(project: Project, file: PlanFile) -> Iterator[Missing]:
    facts = project.facts(file.path)
    for spot in facts.references if facts else ():
        path = _TAIL.sub("", spot.text).removeprefix("./")
        if path.startswith(_TOOLS) or _OPEN.search(path) or not _reads_like_a_path(project, path):
            continue
        beside = posixpath.normpath(posixpath.join(file.folder, path))
        places = [place for place in (posixpath.normpath(path), beside) if not leaves(place)]
        own = facts is not None and any(place in facts.paths for place in places)
        if (
            places
            and not own
            and not leaves(path)
            and not any(project.exists(place) for place in places)
        ):
            yield file, spot, places[0]


def _reads_like_a_path(project: Project, path: str) -> bool:
    """Say whether a word behind an `@` is a path: decorators (`@app.route`) and packages
    (`@scope/name`) are none.
    """
    if "/" not in path:
        return _FILE.search(path) is not None
    first, last = path.partition("/")[0], posixpath.basename(path)
    return "." in last or first.startswith(".") or project.exists(first)


def _written(project: Project, wanted: set[str]) -> set[str]:
    """Return those of the paths that some plan writes, or that are the summary of one."""
    found = {file.summary_path for file in project.files} & wanted
    for _, facts in project.read():
        found.update(path for path in facts.paths if path in wanted)
        if len(found) == len(wanted):
            break
    return found
