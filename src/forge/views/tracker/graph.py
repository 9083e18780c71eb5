"""The plans and what they wait for, drawn as text, as a Mermaid flowchart, or in the DOT language
of Graphviz.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

from msgspec import Struct

from forge.planning.names.depends_on import PlanIndex
from forge.planning.names.waves import dependencies
from forge.text.printable import visible
from forge.views.tracker.status import PlanStatus, Tracker

_GREEN, _GREY, _BLUE, _RED, _YELLOW = "#cfe8d5", "#e4e7eb", "#d6e4fb", "#f7d4cf", "#fbe9c8"
_COLOURS = {
    "proven": _GREEN,
    "claimed": _GREY,
    "ready": _BLUE,
    "running": _BLUE,
    "failed": _RED,
    "unproven": _YELLOW,
    "stale": _YELLOW,
    "paused": _YELLOW,
    "interrupted": _YELLOW,
}
_LONGEST = 60


class Edge(Struct, frozen=True):
    """`plan` waits for `needs`; where that is no plan, `needs` is the entry as it was written and
    `known` is false.
    """

    plan: str
    needs: str
    known: bool


class Graph(Struct, frozen=True):
    """The plans, by phase, and the edges between them."""

    phases: list[tuple[str, list[PlanStatus]]]
    edges: list[Edge]

    def as_data(self) -> dict[str, object]:
        """Return what JSON shows of it."""
        nodes = [
            {"id": plan.id, "phase": plan.phase, "title": plan.title, "word": plan.word}
            for plan in self.plans
        ]
        return {
            "nodes": nodes,
            "edges": [
                {"plan": edge.plan, "needs": edge.needs, "known": edge.known} for edge in self.edges
            ],
        }

    @property
    def plans(self) -> list[PlanStatus]:
        """Every plan, in order."""
        return [plan for _, plans in self.phases for plan in plans]


def graph(standing: Tracker, phase: str | None = None) -> Graph:
    """Return the graph of all plans, or of one phase's folder with what its plans wait for
    elsewhere.
    """
    outline = standing.outline
    index = PlanIndex(outline.files)
    chosen = [file for file in outline.files if phase in (None, file.folder)]
    edges = [
        Edge(file.id, found.file.id if found.file else found.name, found.file is not None)
        for file in chosen
        for found in dependencies(index, file, outline.plans[file.path].depends_on)
    ]
    wanted = {file.id for file in chosen} | {edge.needs for edge in edges if edge.known}
    phases = [
        (folder, [plan for plan in plans if plan.id in wanted])
        for folder, plans in standing.by_phase.items()
    ]
    return Graph([(folder, plans) for folder, plans in phases if plans], edges)


def as_text(found: Graph) -> str:
    """Draw the graph as lines: each plan, and behind an arrow what it waits for."""
    needs: dict[str, list[Edge]] = {}
    for edge in found.edges:
        needs.setdefault(edge.plan, []).append(edge)
    lines = []
    for folder, plans in found.phases:
        lines.append(folder)
        for plan in plans:
            arrows = ", ".join(
                edge.needs if edge.known else f"{edge.needs} (no such plan)"
                for edge in needs.get(plan.id, [])
            )
            lines.append(
                f"  {plan.id:10} {plan.word:10} {_title(plan)}"
                + (f"  <- {arrows}" if arrows else "")
            )
    return visible("\n".join(lines))


def as_mermaid(found: Graph) -> str:
    """Draw the graph as a Mermaid flowchart, one subgraph a phase."""
    names = _names(found)
    lines = ["flowchart LR"]
    for number, (folder, plans) in enumerate(found.phases, 1):
        lines.append(f'  subgraph phase{number}["{_mermaid(folder.rpartition("/")[2])}"]')
        lines += [
            f'    {names(plan.id)}["{_mermaid(plan.id)}<br>{_mermaid(_title(plan))}"]'
            for plan in plans
        ]
        lines.append("  end")
    lines += [
        f'  {names(edge.needs)}["{_mermaid(edge.needs)}?"]'
        for edge in found.edges
        if not edge.known
    ]
    lines += [f"  {names(edge.needs)} --> {names(edge.plan)}" for edge in found.edges]
    lines += [
        f"  style {names(plan.id)} fill:{_COLOURS[plan.word]},color:#111"
        for plan in found.plans
        if plan.word in _COLOURS
    ]
    return "\n".join(lines)


def as_dot(found: Graph) -> str:
    """Draw the graph in DOT, one cluster a phase."""
    return "\n".join(
        [
            "digraph plans {",
            '  rankdir=LR; node [shape=box, style="rounded,filled", fillcolor=white];',
            *_dot(found),
            "}",
        ]
    )


def _dot(found: Graph) -> Iterator[str]:
    for number, (folder, plans) in enumerate(found.phases, 1):
        yield f"  subgraph cluster_{number} {{ label={_quoted(folder.rpartition('/')[2])};"
        for plan in plans:
            label = _quoted(f"{plan.id}\n{_title(plan)}")
            yield (
                f"    {_quoted(plan.id)} [label={label},"
                f" fillcolor={_quoted(_COLOURS.get(plan.word, 'white'))}];"
            )
        yield "  }"
    for edge in found.edges:
        yield f"  {_quoted(edge.needs)} -> {_quoted(edge.plan)}" + (
            ";" if edge.known else " [style=dashed];"
        )


def _quoted(text: str) -> str:
    """Return a text as a DOT string, in which a line feed is `\\n` as in JSON."""
    return json.dumps(visible(text), ensure_ascii=False)


def _mermaid(text: str) -> str:
    """Return a text for a Mermaid label: what has a meaning there is written as an entity."""
    return re.sub(r"[^\w .,:/()-]", lambda match: f"#{ord(match[0])};", visible(text))


def _names(found: Graph) -> Callable[[str], str]:
    """Return what gives each plan, known or not, a name that no language takes for a word of its
    own.
    """
    ids = dict.fromkeys([*(plan.id for plan in found.plans), *(edge.needs for edge in found.edges)])
    numbers = {each: f"p{number}" for number, each in enumerate(ids, 1)}
    return numbers.__getitem__


def _title(plan: PlanStatus) -> str:
    line = " ".join(plan.title.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


DRAWINGS: dict[str, Callable[[Graph], str]] = {
    "text": as_text,
    "mermaid": as_mermaid,
    "dot": as_dot,
}
