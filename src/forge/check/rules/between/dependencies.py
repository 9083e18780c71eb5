"""Rules about `depends_on`: every entry is a plan, no plan waits for itself, directly or round a
circle.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from forge.check.rules.model import Rule, shown
from forge.check.rules.project import Project
from forge.planning.names.plan_files import PlanFile
from forge.planning.numbers import PHASE, PLAN, leading, order
from forge.planning.plan.facts import PlanFacts
from forge.text.finding import Finding
from forge.text.location import Spot

UNKNOWN = Rule("depends-unknown", "warning", False, "each entry of `depends_on` is a plan")
SELF = Rule("depends-self", "error", False, "no plan depends on itself")
CYCLE = Rule("depends-cycle", "error", False, "no plans wait for one another in a circle")
FORWARD = Rule(
    "depends-forward",
    "warning",
    False,
    "a plan depends on plans of its own phase or of an earlier one",
)
_ID = re.compile(rf"(?:{PHASE}-)?{PLAN}(?:-[\w.-]*)?")
_NONE = re.compile(r"none\b.*|n/?a\b.*|nothing\b.*|null|-|\[\]", re.I | re.S)
_LONGEST_CIRCLE = 6

Graph = list[list[int]]


def check(project: Project) -> Iterator[Finding]:
    """Yield what is wrong with single entries, then a finding in each plan of each circle."""
    numbers = {file.path: number for number, file in enumerate(project.files)}
    graph: Graph = [[] for _ in project.files]
    for file, facts in project.read():
        for entry in facts.depends_on:
            found = project.index.meant(file, entry.text)
            if found is not None:
                graph[numbers[file.path]].append(numbers[found.path])
                yield from _forward(file, found, entry)
            elif project.index.names_itself(file, entry.text):
                yield SELF.on(
                    file.path,
                    entry,
                    f"the plan depends on itself: {shown(entry.text)}",
                    "take the entry out",
                )
            elif not _NONE.fullmatch(entry.text):
                yield from _unknown(project, file, facts, entry)
    for members in _components(graph):
        yield from _circle(project, [project.files[number] for number in members])


def _unknown(project: Project, file: PlanFile, facts: PlanFacts, entry: Spot) -> Iterator[Finding]:
    """Yield a finding for an entry that is no plan; a note where it names a phase, or little is
    known.
    """
    past = project.settled(file) or not project.whole
    words = _ID.fullmatch(posixpath.basename(entry.text)) is None
    phase = leading(entry.text) if words or "-" not in entry.text else None
    if words and phase in project.phases:
        said, hint = (
            f"{shown(entry.text)} is a phase or a remark, and no plan",
            "name the plans that have to be done first",
        )
    else:
        near = ", ".join(
            f"`{other.id}`" for other in project.by_folder[file.folder] if other.path != file.path
        )
        said = f"there is no plan {shown(entry.text)}"
        hint = (
            f"beside this plan there are {near[:200]}"
            if near
            else "name a plan by its id (`01-02`), or take the entry out"
        )
    yield UNKNOWN.on(file.path, entry, said, hint, "note" if past or words else None)


def _forward(file: PlanFile, found: PlanFile, entry: Spot) -> Iterator[Finding]:
    if file.folder == found.folder or posixpath.dirname(file.folder) != posixpath.dirname(
        found.folder
    ):
        return
    mine, other = (leading(posixpath.basename(each.folder)) for each in (file, found))
    if mine is not None and other is not None and order(other) > order(mine):
        yield FORWARD.on(
            file.path,
            entry,
            f"{shown(entry.text)} is of a later phase than this plan",
            "move one of the two plans, or take the entry out",
        )


def _circle(project: Project, files: list[PlanFile]) -> Iterator[Finding]:
    """Yield a finding in each plan of a circle, at the entry that leads round."""
    inside = {file.path for file in files}
    names = ", ".join(file.id for file in files[:_LONGEST_CIRCLE])
    more = f" and {len(files) - _LONGEST_CIRCLE} more" if len(files) > _LONGEST_CIRCLE else ""
    for file, facts in project.read(files):
        meant = ((entry, project.index.meant(file, entry.text)) for entry in facts.depends_on)
        entry = next(
            (entry for entry, found in meant if found is not None and found.path in inside), None
        )
        if entry is not None:
            yield CYCLE.on(
                file.path,
                entry,
                f"these plans wait for one another: {names}{more}",
                "take out the entry that is not needed",
            )


def _components(graph: Graph) -> Iterator[list[int]]:
    """Yield the sets of two or more nodes that reach one another, each in order (Tarjan's
    algorithm, without recursion).
    """
    index, low, held = [-1] * len(graph), [0] * len(graph), [False] * len(graph)
    stack: list[int] = []
    work: list[tuple[int, Iterator[int]]] = []
    counter = 0
    for start in range(len(graph)):
        following: int | None = start if index[start] < 0 else None
        while following is not None or work:
            if following is not None:
                index[following] = low[following] = counter
                counter += 1
                stack.append(following)
                held[following] = True
                work.append((following, iter(graph[following])))
            node, edges = work[-1]
            following = None
            for other in edges:
                if index[other] < 0:
                    following = other
                    break
                if held[other]:
                    low[node] = min(low[node], index[other])
            if following is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    members = _popped(stack, held, node)
                    if len(members) > 1:
                        yield members


def _popped(stack: list[int], held: list[bool], node: int) -> list[int]:
    members = [stack.pop()]
    while members[-1] != node:
        members.append(stack.pop())
    for member in members:
        held[member] = False
    return sorted(members)
