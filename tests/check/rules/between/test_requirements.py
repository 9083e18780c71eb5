"""REQUIREMENTS.md and the requirements that plans name."""

from __future__ import annotations

import pytest

from forge.check.rules.between.requirements import check
from tests.check.rules.projects import plan, project, rows

A, B = "phases/01-start/01-01-PLAN.md", "phases/02-grow/02-01-PLAN.md"
DEFINED = "## v1\n- [ ] **A-01**: one\n- [x] **A-02**: two\n- [ ] **A-03**: three\n"
TABLE = "\n| Requirement | Phase |\n|---|---|\n| A-01 | Phase 1 |\n| A-03 | Phase 2 |\n"


def names(*ids: str) -> str:
    return plan(f"requirements: [{', '.join(ids)}]\n")


@pytest.mark.parametrize("ids", [("A-01",), ("a-01",), ("A-01", "A-02", "A-03"), ("none",), ()])
def test_known_requirements(ids: tuple[str, ...]) -> None:
    reported = rows(check, project({"REQUIREMENTS.md": DEFINED, A: names(*ids)}))
    assert [row for row in reported if row[0] == "requirement-unknown"] == []


@pytest.mark.parametrize(("ids", "column"), [(("A-09",), 16), (("A-01", "B-01"), 22)])
def test_unknown_requirements(ids: tuple[str, ...], column: int) -> None:
    reported = rows(check, project({"REQUIREMENTS.md": DEFINED, A: names(*ids)}))
    unknown = [row for row in reported if row[0] == "requirement-unknown"]
    assert unknown == [("requirement-unknown", A, 2, column, "warning")]


def test_an_unknown_requirement_of_a_done_plan_is_a_note() -> None:
    documents = {"REQUIREMENTS.md": DEFINED, A: names("A-09")}
    reported = rows(check, project(documents, completed=frozenset([f".planning/{A}"])))
    assert [row[4] for row in reported if row[0] == "requirement-unknown"] == ["note"]


def test_requirements_of_archives_are_known() -> None:
    documents = {"REQUIREMENTS.md": DEFINED, A: names("OLD-01")}
    reported = rows(check, project(documents, archived_ids=frozenset(["old-01"])))
    assert [row for row in reported if row[0] == "requirement-unknown"] == []


@pytest.mark.parametrize(
    ("text", "plans", "expected"),
    [
        (DEFINED + TABLE, {A: names("A-02")}, [(2, "warning")]),
        (DEFINED + TABLE, {A: names("A-01")}, []),
        (DEFINED + TABLE, {A: names("A-02"), B: names("A-02")}, [(2, "warning"), (4, "warning")]),
        (DEFINED + TABLE, {A: names("A-02"), B: plan()}, [(2, "warning")]),
        (DEFINED, {A: names("A-01")}, [(4, "note")]),
        (DEFINED, {A: names("A-01", "A-03")}, []),
        (DEFINED, {A: plan()}, []),
        (DEFINED + "## Out of scope\n- **A-07**: no\n", {A: names("A-01", "A-03")}, []),
    ],
)
def test_requirements_that_no_plan_names(
    text: str, plans: dict[str, str], expected: list[tuple[int, str]]
) -> None:
    reported = rows(check, project({"REQUIREMENTS.md": text, **plans}))
    uncovered = [(row[2], row[4]) for row in reported if row[0] == "requirement-uncovered"]
    assert uncovered == expected


def test_open_phases_of_the_roadmap_may_still_get_a_plan() -> None:
    roadmap = "- [ ] **Phase 1: A**\n- [ ] **Phase 2: B**\n"
    documents = {"REQUIREMENTS.md": DEFINED, A: names("A-01"), "ROADMAP.md": roadmap}
    assert rows(check, project(documents)) == []


def test_a_requirement_that_is_defined_twice() -> None:
    text = "- [ ] **A-01**: x\n- [ ] **a-01**: y\n- **A-01**: mentioned\n"
    reported = rows(check, project({"REQUIREMENTS.md": text}))
    assert reported == [("duplicate-requirement", "REQUIREMENTS.md", 2, 9, "warning")]


@pytest.mark.parametrize("documents", [{}, {"REQUIREMENTS.md": "# None yet\n"}])
def test_without_requirements_nothing_is_checked(documents: dict[str, str]) -> None:
    assert rows(check, project({**documents, A: names("A-09")})) == []


def test_quick_plans_are_not_checked() -> None:
    quick = "quick/001-x/001-PLAN.md"
    reported = rows(check, project({"REQUIREMENTS.md": DEFINED, quick: names("A-09")}))
    assert [row for row in reported if row[0] == "requirement-unknown"] == []
