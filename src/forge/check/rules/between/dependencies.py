"""depends-unknown, depends-self, depends-cycle and depends-forward: the entries of `depends_on`."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from forge.check.rules.between.cycles import Graph, cycles
from forge.check.rules.model import Rule, shown
from forge.check.rules.project import Project
from forge.planning.names.plan_files import PlanFile
from forge.planning.numbers import PHASE, PLAN, leading, order
from forge.planning.plan.facts import PlanFacts
from forge.text.finding import Finding
from forge.text.location import Spot

UNKNOWN = Rule("depends-unknown", "warning", False, "each entry of `depends_on` is a plan")
SELF = Rule("depends-self", "error", False, "no plan depends on itself")
CYCLE = Rule("depends-cycle", "error", False, "the dependencies of plans have no cycle")
FORWARD = Rule(
    "depends-forward",
    "warning",
    False,
    "a plan depends on plans of its own phase or of an earlier one",
)
_ID = re.compile(rf"(?:{PHASE}-)?{PLAN}(?:-[\w.-]*)?")
_NONE = re.compile(r"none\b.*|n/?a\b.*|nothing\b.*|null|-|\[\]", re.I | re.S)
_MOST_NAMED = 6


def check(project: Project) -> Iterator[Finding]:
    """Yield what is wrong with single entries, then a finding in each plan of each cycle."""
    numbers = {file.path: number for number, file in enumerate(project.files)}
    graph: Graph = [[] for _ in project.files]
    for file, facts in project.read():
        for entry in facts.depends_on:
            other = project.index.meant(file, entry.text)
            if other is not None:
                graph[numbers[file.path]].append(numbers[other.path])
                yield from _forward(file, other, entry)
            elif project.index.names_itself(file, entry.text):
                message = f"the plan depends on itself: {shown(entry.text)}"
                yield SELF.on(file.path, entry, message, "remove the entry")
            elif not _NONE.fullmatch(entry.text):
                yield _unknown(project, file, entry)
    for members in cycles(graph):
        yield from _cycle(project, [project.files[number] for number in members])


def _unknown(project: Project, file: PlanFile, entry: Spot) -> Finding:
    """Return the finding for an entry that is not a plan.

    It is a note in a plan that is done, in an excerpt of a project, and for a phase or a remark.
    """
    uncertain = project.settled(file) or not project.whole
    is_words = _ID.fullmatch(posixpath.basename(entry.text)) is None
    phase = leading(entry.text) if is_words or "-" not in entry.text else None
    if is_words and phase in project.phases:
        message = f"{shown(entry.text)} is a phase or a remark, not a plan"
        hint = "name the plans that have to be done first"
    else:
        message = f"there is no plan {shown(entry.text)}"
        siblings = ", ".join(
            f"`{other.id}`" for other in project.by_folder[file.folder] if other.path != file.path
        )
        hint = (
            f"other plans of this folder: {siblings[:200]}"
            if siblings
            else "name a plan by its id (`01-02`), or remove the entry"
        )
    return UNKNOWN.on(file.path, entry, message, hint, "note" if uncertain or is_words else None)


def _forward(file: PlanFile, other: PlanFile, entry: Spot) -> Iterator[Finding]:
    """Yield a finding if a plan depends on a plan of a later phase beside its own."""
    if file.folder == other.folder:
        return
    if posixpath.dirname(file.folder) != posixpath.dirname(other.folder):
        return
    own, wanted = (leading(posixpath.basename(plan.folder)) for plan in (file, other))
    if own is not None and wanted is not None and order(wanted) > order(own):
        yield FORWARD.on(
            file.path,
            entry,
            f"{shown(entry.text)} is of a later phase than this plan",
            "move one of the two plans, or remove the entry",
        )


def _cycle(project: Project, files: list[PlanFile]) -> Iterator[Finding]:
    """Yield a finding in each plan of a cycle, at the first entry that is part of it."""
    paths = {file.path for file in files}
    names = ", ".join(file.id for file in files[:_MOST_NAMED])
    more = f" and {len(files) - _MOST_NAMED} more" if len(files) > _MOST_NAMED else ""
    message = f"these plans depend on one another: {names}{more}"
    for file, facts in project.read(files):
        entry = _entry_into(project, file, facts, paths)
        if entry is not None:
            yield CYCLE.on(file.path, entry, message, "remove the entry that is not needed")


def _entry_into(project: Project, file: PlanFile, facts: PlanFacts, paths: set[str]) -> Spot | None:
    for entry in facts.depends_on:
        other = project.index.meant(file, entry.text)
        if other is not None and other.path in paths:
            return entry
    return None
