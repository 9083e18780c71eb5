"""The suggested commands, one kind of situation after the other."""

from __future__ import annotations

import pytest

from forge.views.outline.entries import PlanEntry, RoadmapEntry
from forge.views.tracker.next_commands import next_commands
from tests.views.tracker.outlines import item, path_of, run, tracker

PLAN = PlanEntry("Write it", 1.0)
BROKEN = PlanEntry("Broken", 1.0, problem="no-steps: the plan has no steps")


def test_an_open_run_of_this_work_tree_comes_first() -> None:
    here = run("01-01", "paused", None, open=True, here=True, next=["forge resume", "forge stop"])
    other = run("01-01", "paused", None, name="other", open=True, next=["cd elsewhere"])
    read = tracker({"01-01": PLAN, "01-02": PLAN}, runs=[other, here])
    assert next_commands(read) == ["forge resume", "forge stop"]


def test_open_runs_elsewhere_come_before_ready_plans() -> None:
    other = run("01-01", "paused", None, open=True, next=["cd elsewhere", "forge resume", "third"])
    read = tracker({"01-01": PLAN, "01-02": PLAN}, runs=[other])
    assert next_commands(read) == [
        "cd elsewhere",
        "forge resume",
        "forge approve 01-02",
        "forge execute 01-02",
    ]


def test_at_most_three_ready_plans_are_suggested() -> None:
    read = tracker({f"01-0{number}": PLAN for number in range(1, 6)})
    assert [command.split()[-1] for command in next_commands(read)] == [
        plan for number in (1, 2, 3) for plan in [f"01-0{number}"] * 2
    ]


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        (item("aa1"), ["forge show aa1", "forge set aa1 status=in_progress"]),
        (item("aa1") | item("aa2", "in_progress"), ["forge show aa2", "forge set aa2 status=done"]),
        (item("aa1", "blocked"), ["forge init", "forge demo"]),
    ],
)
def test_items_are_suggested_without_a_ready_plan(
    items: dict[str, object], expected: list[str]
) -> None:
    assert next_commands(tracker(items=items)) == expected


def test_a_plan_that_cannot_run_has_to_be_fixed() -> None:
    read = tracker({"01-01": BROKEN})
    assert next_commands(read) == [f"forge validate {path_of('01-01')}", "forge ready --explain"]


def test_plans_are_verified_when_nothing_else_is_left() -> None:
    plans = {f"01-0{number}": PLAN for number in range(1, 6)}
    runs = [run(plan, verdict="unproven", name=f"r{plan}") for plan in plans]
    assert next_commands(tracker(plans, runs=runs)) == [
        "forge verify 01-01",
        "forge verify 01-02",
        "forge verify 01-03",
        "forge verify --all",
        "forge runs",
    ]


@pytest.mark.parametrize(
    ("line", "folders", "expected"),
    [
        (RoadmapEntry("2", "Go on"), [".planning/phases/01-phase"], "forge new phase 'Go on'"),
        (RoadmapEntry("3", "Go on"), [".planning/phases/01-phase"], ""),
        (RoadmapEntry("2", ""), [".planning/phases/01-phase"], ""),
        (
            RoadmapEntry("2", "Go on"),
            [".planning/phases/01-phase", ".planning/phases/02-on"],
            "forge new plan 'Go on' --phase 2",
        ),
        (RoadmapEntry("2", ""), [".planning/phases/02-on"], "forge new plan 'Phase 2' --phase 2"),
    ],
)
def test_the_next_phase_of_the_roadmap_is_begun(
    line: RoadmapEntry, folders: list[str], expected: str
) -> None:
    done = run("01-01")
    read = tracker({"01-01": PLAN}, runs=[done], roadmap=[line], phase_folders=folders)
    commands = next_commands(read)
    assert commands == ([expected] if expected else ["forge verify --all", "forge runs"])
