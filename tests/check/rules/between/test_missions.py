"""Missions, their phases and their plans."""

from __future__ import annotations

import pytest

from forge.check.rules.between.missions import check
from forge.planning.mission.facts import MissionFacts
from forge.text.location import TOP, Spot
from tests.check.rules.projects import Row, plan, project, rows

A, B, C = (
    "phases/01-start/01-01-PLAN.md",
    "phases/01-start/01-02-PLAN.md",
    "phases/02-grow/02-01-PLAN.md",
)
PLANS = {A: plan(), B: plan(), C: plan()}
PATH = ".planning/missions/m.yaml"


def mission(*phases: str, status: str = "active", paths: tuple[str, ...] = ()) -> MissionFacts:
    named = [Spot(name, 4, 1, 4, 2) for name in phases]
    return MissionFacts(PATH, Spot(status, 2, 9, 2, 13), list(phases), "m", list(paths), named)


def rows_of(one: MissionFacts, documents: dict[str, str] = PLANS, **more: object) -> list[Row]:
    return rows(check, project(documents, missions=(one,), **more))


@pytest.mark.parametrize(
    "name", ["1", "01", "01-start", "start", ".planning/phases/01-start", "01-start/", " 2 "]
)
def test_a_phase_that_exists(name: str) -> None:
    assert rows_of(mission(name)) == []


@pytest.mark.parametrize("name", ["7", "01-strat", "begin", ".planning/phases/09-x"])
def test_a_phase_that_does_not_exist(name: str) -> None:
    assert rows_of(mission(name)) == [("mission-phase", "missions/m.yaml", 4, 1, "warning")]


def test_a_similar_phase_is_suggested() -> None:
    (finding,) = check(project(PLANS, missions=(mission("01-strat"),)))
    assert finding.hint == "did you mean `01-start`?"
    (finding,) = check(project(PLANS, missions=(mission("zzz"),)))
    assert finding.hint == "`forge list phases` lists all phases"


def test_a_phase_that_the_roadmap_lists_is_a_note() -> None:
    documents = {**PLANS, "ROADMAP.md": "- [ ] **Phase 7: Later**\n"}
    assert [row[4] for row in rows_of(mission("7"), documents)] == ["note"]


def test_an_archived_phase_has_no_finding() -> None:
    documents = {**PLANS, "milestones/v1-phases/07-old/07-01-PLAN.md": plan()}
    folders = (".planning/milestones/v1-phases/07-old",)
    assert rows_of(mission("7", status="done"), documents, folders=folders) == []


def test_a_done_mission_with_open_plans() -> None:
    (finding,) = check(project(PLANS, missions=(mission("1", status="done"),)))
    assert finding.rule == "mission-not-done" and (finding.line, finding.column) == (2, 9)
    assert "01-01, 01-02 of 01-start have neither summary nor run" in finding.message


def test_one_open_plan_is_named_in_the_singular() -> None:
    summary = {A.replace("PLAN", "SUMMARY"): "x"}
    (finding,) = check(project({**PLANS, **summary}, missions=(mission("1", status="done"),)))
    assert "01-02 of 01-start has neither" in finding.message


def test_a_done_mission_with_done_plans() -> None:
    completed = frozenset([f".planning/{A}", f".planning/{B}"])
    assert rows_of(mission("1", status="done"), completed=completed) == []


def test_a_done_mission_whose_phase_has_no_plans() -> None:
    documents = {**PLANS, "phases/03-empty/README.md": ""}
    (finding,) = check(project(documents, missions=(mission("3", status="done"),)))
    assert "its phase `3` has no plans" in finding.message


@pytest.mark.parametrize(
    ("paths", "files", "count"),
    [
        ((), "[x.py]", 0),
        (("src/",), "[src/a.py]", 0),
        (("src/",), "[src/a.py, docs/b.md]", 1),
        (("src/**",), "[src/x/]", 0),
        (("src/a.py",), "[src/a.py, src/b.py, src/c.py]", 2),
        (("src/",), "['src/**/*.py']", 0),
        (("src/",), "['docs/*.md']", 1),
    ],
)
def test_files_outside_a_mission(paths: tuple[str, ...], files: str, count: int) -> None:
    step = "<task>\n  <name>Task 1: x</name>\n</task>\n"
    documents = {A: f"---\nfiles_modified: {files}\n---\n{step}"}
    assert [row[0] for row in rows_of(mission("1", paths=paths), documents)] == [
        "outside-mission"
    ] * count


def test_other_phases_are_not_limited() -> None:
    documents = {A: plan("files_modified: [a.py]\n"), C: plan("files_modified: [x.py]\n")}
    assert rows_of(mission("1", paths=("a.py",)), documents) == []


def test_a_done_plan_outside_a_mission_is_a_note() -> None:
    documents = {A: plan("files_modified: [x.py, a.py]\n")}
    completed = frozenset([f".planning/{A}"])
    (row,) = rows_of(mission("1", paths=("a.py",)), documents, completed=completed)
    assert row == ("outside-mission", A, 2, 18, "note") and TOP.line == 1
