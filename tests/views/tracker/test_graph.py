"""The graph of plans, and its drawings."""

from __future__ import annotations

import pytest

from forge.text.printable import plain_text
from forge.views.outline.entries import PlanEntry
from forge.views.tracker.graph import DRAWINGS, Edge, Graph, as_dot, as_mermaid, as_text, graph
from tests.views.tracker.outlines import run, status, tracker

PLANS = {
    "01-01": PlanEntry("First", 1.0),
    "01-02": PlanEntry("Second", 2.0, ["01-01", "gone"]),
    "02-01": PlanEntry("Third", 1.0, ["01-02"]),
}


def test_edges_lead_to_plans_and_to_names_that_are_not_plans() -> None:
    made = graph(tracker(PLANS))
    assert made.edges == [
        Edge("01-02", "01-01", True),
        Edge("01-02", "gone", False),
        Edge("02-01", "01-02", True),
    ]
    assert [plan.id for plan in made.plans] == ["01-01", "01-02", "02-01"]


def test_the_graph_of_a_phase_has_what_its_plans_wait_for() -> None:
    made = graph(tracker(PLANS), ".planning/phases/02-phase")
    assert [(folder, [plan.id for plan in plans]) for folder, plans in made.phases] == [
        (".planning/phases/01-phase", ["01-02"]),
        (".planning/phases/02-phase", ["02-01"]),
    ]
    assert made.edges == [Edge("02-01", "01-02", True)]


def test_as_text_an_arrow_follows_the_title() -> None:
    lines = as_text(graph(tracker(PLANS, runs=[run("01-01")])))
    assert lines == [
        ".planning/phases/01-phase",
        "  01-01      proven     First",
        "  01-02      open       Second  <- 01-01, gone (no such plan)",
        ".planning/phases/02-phase",
        "  02-01      open       Third  <- 01-02",
    ]


def test_as_mermaid_nodes_have_safe_names_and_colors() -> None:
    assert as_mermaid(graph(tracker(PLANS, runs=[run("01-01")]))).splitlines() == [
        "flowchart LR",
        '  subgraph phase1["01-phase"]',
        '    p1["01-01<br>First"]',
        '    p2["01-02<br>Second"]',
        "  end",
        '  subgraph phase2["02-phase"]',
        '    p3["02-01<br>Third"]',
        "  end",
        '  p4["gone?"]',
        "  p1 --> p2",
        "  p4 --> p2",
        "  p2 --> p3",
        "  style p1 fill:#cfe8d5,color:#111",
    ]


def test_as_dot_unknown_plans_have_dashed_edges() -> None:
    lines = as_dot(graph(tracker(PLANS))).splitlines()
    assert lines[0] == "digraph plans {" and lines[-1] == "}"
    assert '  "gone" -> "01-02" [style=dashed];' in lines
    assert '  "01-01" -> "01-02";' in lines
    assert '    "01-01" [label="01-01\\nFirst", fillcolor="#d6e4fb"];' in lines


@pytest.mark.parametrize(
    ("form", "title", "shown"),
    [
        ("mermaid", 'a"b <c>', "a#34;b #60;c#62;"),
        ("dot", 'a"b\\', '\\"b\\\\'),
        ("text", "a\n  b", "a b"),
        ("text", "x" * 70, "x" * 59 + "…"),
        ("text", "\x1b[31mred", "<U+001B>[31mred"),
    ],
)
def test_a_title_cannot_break_out_of_a_drawing(form: str, title: str, shown: str) -> None:
    made = Graph([(".planning/phases/01-phase", [status(title=title)])], [])
    assert shown in plain_text(DRAWINGS[form](made))


def test_json_has_nodes_and_edges() -> None:
    data = graph(tracker({"01-01": PLANS["01-01"]})).as_data()
    assert data == {
        "nodes": [
            {"id": "01-01", "phase": ".planning/phases/01-phase", "title": "First", "word": "ready"}
        ],
        "edges": [],
    }
