"""The graph of plans and their dependencies, as text, a Mermaid flowchart or Graphviz DOT."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from msgspec import Struct

from forge.planning.names.depends_on import PlanIndex
from forge.planning.names.waves import dependencies
from forge.text.printable import Line, Text, Verbatim, visible_line
from forge.views.tracker.plan_status import PlanStatus
from forge.views.tracker.status import Tracker

_GREEN, _GRAY, _BLUE, _RED, _YELLOW = "#cfe8d5", "#e4e7eb", "#d6e4fb", "#f7d4cf", "#fbe9c8"
_COLORS = {
    "proven": _GREEN,
    "claimed": _GRAY,
    "ready": _BLUE,
    "running": _BLUE,
    "failed": _RED,
    "unproven": _YELLOW,
    "stale": _YELLOW,
    "paused": _YELLOW,
    "interrupted": _YELLOW,
}
_LONGEST_TITLE = 60


class Edge(Struct, frozen=True):
    """`plan` waits for `needs`.

    If `needs` is not the id of a plan, `known` is false and `needs` is the entry as written.
    """

    plan: str
    needs: str
    known: bool


class Graph(Struct, frozen=True):
    """The plans by phase, and the edges between them."""

    phases: list[tuple[str, list[PlanStatus]]]
    edges: list[Edge]

    def as_data(self) -> dict[str, object]:
        nodes = [
            {"id": plan.id, "phase": plan.phase, "title": plan.title, "word": plan.word}
            for plan in self.plans
        ]
        edges = [
            {"plan": edge.plan, "needs": edge.needs, "known": edge.known} for edge in self.edges
        ]
        return {"nodes": nodes, "edges": edges}

    @property
    def plans(self) -> list[PlanStatus]:
        return [plan for _, plans in self.phases for plan in plans]


def graph(tracker: Tracker, phase: str | None = None) -> Graph:
    """Return the graph of all plans.

    With the folder of a `phase`: only its plans, and the plans of other phases they depend on.
    """
    outline = tracker.outline
    index = PlanIndex(outline.files)
    chosen = [file for file in outline.files if phase in (None, file.folder)]
    edges = [
        Edge(file.id, needed.file.id if needed.file else needed.name, needed.file is not None)
        for file in chosen
        for needed in dependencies(index, file, outline.plans[file.path].depends_on)
    ]
    wanted = {file.id for file in chosen} | {edge.needs for edge in edges if edge.known}
    phases = [
        (folder, [plan for plan in plans if plan.id in wanted])
        for folder, plans in tracker.by_phase.items()
    ]
    return Graph([(folder, plans) for folder, plans in phases if plans], edges)


def as_text(graph: Graph) -> list[Line]:
    """Return the graph as lines: each plan, and after an arrow what it waits for."""
    needs: dict[str, list[Edge]] = {}
    for edge in graph.edges:
        needs.setdefault(edge.plan, []).append(edge)
    lines: list[Line] = []
    for folder, plans in graph.phases:
        lines.append(folder)
        for plan in plans:
            arrows = ", ".join(
                edge.needs if edge.known else f"{edge.needs} (no such plan)"
                for edge in needs.get(plan.id, [])
            )
            line = f"  {plan.id:10} {plan.word:10} {_short_title(plan)}"
            lines.append(f"{line}  <- {arrows}" if arrows else line)
    return lines


def as_mermaid(graph: Graph) -> Verbatim:
    """Return the graph as a Mermaid flowchart with one subgraph for each phase."""
    names = _node_names(graph)
    lines = ["flowchart LR"]
    for number, (folder, plans) in enumerate(graph.phases, 1):
        lines.append(f'  subgraph phase{number}["{_mermaid(folder.rpartition("/")[2])}"]')
        lines += [
            f'    {names[plan.id]}["{_mermaid(plan.id)}<br>{_mermaid(_short_title(plan))}"]'
            for plan in plans
        ]
        lines.append("  end")
    lines += [
        f'  {names[edge.needs]}["{_mermaid(edge.needs)}?"]'
        for edge in graph.edges
        if not edge.known
    ]
    lines += [f"  {names[edge.needs]} --> {names[edge.plan]}" for edge in graph.edges]
    lines += [
        f"  style {names[plan.id]} fill:{_COLORS[plan.word]},color:#111"
        for plan in graph.plans
        if plan.word in _COLORS
    ]
    return Verbatim("\n".join(lines))


def as_dot(graph: Graph) -> Verbatim:
    """Return the graph in DOT with one cluster for each phase."""
    style = '  rankdir=LR; node [shape=box, style="rounded,filled", fillcolor=white];'
    return Verbatim("\n".join(["digraph plans {", style, *_dot_lines(graph), "}"]))


def _dot_lines(graph: Graph) -> Iterator[str]:
    for number, (folder, plans) in enumerate(graph.phases, 1):
        yield f"  subgraph cluster_{number} {{ label={_dot(folder.rpartition('/')[2])};"
        for plan in plans:
            label = f"{_dot(plan.id)[:-1]}\\n{_dot(_short_title(plan))[1:]}"
            color = _COLORS.get(plan.word, "white")
            yield f"    {_dot(plan.id)} [label={label}, fillcolor={_dot(color)}];"
        yield "  }"
    for edge in graph.edges:
        style = "" if edge.known else " [style=dashed]"
        yield f"  {_dot(edge.needs)} -> {_dot(edge.plan)}{style};"


def _dot(text: str) -> str:
    """Return a text as a DOT string, in which a backslash begins an escape."""
    return '"' + visible_line(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _mermaid(text: str) -> str:
    """Return a text for a Mermaid label, with special characters as entities."""
    return re.sub(r"[^\w .,:/()-]", lambda match: f"#{ord(match[0])};", visible_line(text))


def _node_names(graph: Graph) -> dict[str, str]:
    """Return a node name for each plan, known or not, that is not a keyword of Mermaid."""
    ids = dict.fromkeys([*(plan.id for plan in graph.plans), *(edge.needs for edge in graph.edges)])
    return {plan_id: f"p{number}" for number, plan_id in enumerate(ids, 1)}


def _short_title(plan: PlanStatus) -> str:
    line = " ".join(plan.title.split())
    return line if len(line) <= _LONGEST_TITLE else line[: _LONGEST_TITLE - 1] + "…"


DRAWINGS: dict[str, Callable[[Graph], Text]] = {
    "text": as_text,
    "mermaid": as_mermaid,
    "dot": as_dot,
}
