"""ROADMAP.md against folders, plans and summaries."""

from __future__ import annotations

import pytest

from forge.check.rules.between.roadmap import check
from tests.check.rules.projects import plan, project, rows

A, B, C = (
    "phases/01-start/01-01-PLAN.md",
    "phases/01-start/01-02-PLAN.md",
    "phases/02-grow/02-01-PLAN.md",
)
SUMMARY = A.replace("PLAN", "SUMMARY")


def short(text: str, plans: dict[str, str], **more: object) -> list[tuple[str, int, str]]:
    """Return rule, line and severity of the findings about a roadmap."""
    reported = rows(check, project({"ROADMAP.md": text, **plans}, **more))
    assert all(row[1] == "ROADMAP.md" for row in reported)
    return [(row[0], row[2], row[4]) for row in reported]


@pytest.mark.parametrize(
    ("text", "plans", "expected"),
    [
        ("- [ ] **Phase 1: A**\n", {A: plan()}, []),
        ("- [ ] **Phase 1: A**\n- [ ] **Phase 2: B**\n", {A: plan()}, []),
        ("- [ ] **Phase 1: A**\n", {A: plan(), C: plan()}, [("roadmap-unlisted", 1, "warning")]),
        ("- [ ] **Phase 1: A**\nLater: phase 2\n", {A: plan(), C: plan()}, []),
        ("- [x] **Phase 1: A**\n", {A: plan()}, [("status-without-evidence", 1, "warning")]),
        ("- [x] **Phase 1: A**\n", {A: plan(), SUMMARY: "Done\n"}, []),
        ("- [x] **Phase 7: A**\n", {A: plan()}, [("roadmap-missing", 1, "note")]),
        ("- [ ] **Phase 7: A**\nphase 1\n", {A: plan()}, []),
        ("no phases at all\n", {A: plan(), C: plan()}, []),
    ],
)
def test_phases(text: str, plans: dict[str, str], expected: list[tuple[str, int, str]]) -> None:
    reported = short(text, plans)
    assert [row for row in reported if row[0] != "roadmap-unlisted" or row in expected] == expected


PHASE = "- [ ] **Phase 1: A**\n"


@pytest.mark.parametrize(
    ("lines", "plans", "expected"),
    [
        ("- [ ] 01-01-PLAN.md\n", {A: plan()}, []),
        ("- [ ] 01-01-PLAN.md\n", {A: plan(), B: plan()}, [("roadmap-unlisted", 2, "note")]),
        (
            "- [ ] 01-01-PLAN.md\n- [ ] 01-07-PLAN.md\n",
            {A: plan()},
            [("roadmap-missing", 3, "warning")],
        ),
        ("- [ ] 01-01-PLAN.md\n- [ ] 01-07: TBD\n", {A: plan()}, []),
        ("- [x] 01-01-PLAN.md\n", {A: plan()}, [("status-without-evidence", 2, "warning")]),
        ("- [x] 01-01-PLAN.md\n", {A: plan(), SUMMARY: "Done\n"}, []),
        ("- [ ] 01-01-PLAN.md\n", {A: plan(), SUMMARY: "Done\n"}, [("roadmap-behind", 2, "note")]),
        (
            "- [x] 01-01-PLAN.md\n- [x] 01-01-PLAN.md\n",
            {A: plan()},
            [("status-without-evidence", 2, "warning")],
        ),
    ],
)
def test_plans(lines: str, plans: dict[str, str], expected: list[tuple[str, int, str]]) -> None:
    assert short(PHASE + lines, plans) == expected


def test_a_completed_run_is_evidence() -> None:
    text = PHASE + "- [x] 01-01-PLAN.md\n"
    assert short(text, {A: plan()}, completed=frozenset([f".planning/{A}"])) == []


def test_a_phase_that_is_done_need_not_be_listed() -> None:
    done = {C: plan(), C.replace("PLAN", "SUMMARY"): "Done\n"}
    assert short(PHASE, {A: plan(), **done}) == [("roadmap-unlisted", 1, "note")]


def test_the_hint_names_the_summary_to_write() -> None:
    (finding,) = check(project({"ROADMAP.md": PHASE + "- [x] 01-01-PLAN.md\n", A: plan()}))
    assert finding.hint == f"write `.planning/{SUMMARY}`, or remove the tick"


def test_without_a_roadmap_nothing_is_checked() -> None:
    assert rows(check, project({A: plan()})) == []
