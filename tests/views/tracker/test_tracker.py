"""The state of a repository, from an outline."""

from __future__ import annotations

import pytest

from forge.git.repository import Repository
from forge.views.outline.entries import MissionEntry, PlanEntry, RoadmapEntry
from forge.views.tracker.status import load_tracker
from tests.conftest import Sandbox
from tests.views.tracker.outlines import path_of, plan_file, run, tracker

PLAN = PlanEntry("Write it", 1.0)


def words(**more: object) -> list[str]:
    plans = {"01-01": PLAN, "01-02": PlanEntry("Then this", 2.0, ["01-01"])}
    return [plan.word for plan in tracker(plans, **more).plans]


def test_a_plan_is_ready_once_what_it_depends_on_is_done() -> None:
    assert words() == ["ready", "open"]
    assert words(summaries={path_of("01-01"): "done"}) == ["claimed", "ready"]
    assert words(runs=[run("01-01")]) == ["proven", "ready"]
    assert words(runs=[run("01-01", verdict="failed")]) == ["failed", "ready"]


def test_a_run_that_was_rolled_back_or_did_not_complete_does_not_count() -> None:
    assert words(runs=[run("01-01")], rolled_back=frozenset(["run"])) == ["ready", "open"]
    assert words(runs=[run("01-01", "stopped", None)]) == ["ready", "open"]
    assert words(runs=[run("01-01", kind="rollback")]) == ["ready", "open"]


def test_the_last_completed_run_decides() -> None:
    first, second = run("01-01", name="a"), run("01-01", verdict="unproven", name="b")
    assert words(runs=[first, second])[0] == "unproven"
    assert words(runs=[first, second], rolled_back=frozenset("b"))[0] == "proven"


def test_a_proof_that_no_longer_holds_is_stale() -> None:
    assert words(runs=[run("01-01")], stale=frozenset(["run"])) == ["stale", "ready"]


def test_an_open_run_is_shown_before_a_later_one() -> None:
    opened = run("01-01", "paused", None, name="a", open=True, waiting_for={"kind": "question"})
    read = tracker({"01-01": PLAN}, runs=[opened, run("01-01", "stopped", None, name="b")])
    plan = read.plans[0]
    assert (plan.word, plan.run, plan.waiting_for) == ("paused", "a", {"kind": "question"})
    assert read.ready == []


def test_a_run_that_goes_on_on_another_branch_does_not_count_here() -> None:
    read = tracker({"01-01": PLAN}, runs=[run("01-01", "elsewhere", None)])
    assert (read.plans[0].run, read.open_runs) == (None, [])


def test_open_runs_of_this_work_tree_come_first() -> None:
    runs = [
        run("01-01", "paused", None, name="other", open=True),
        run("01-01", "paused", None, name="here", open=True, here=True),
    ]
    assert [line.run for line in tracker({"01-01": PLAN}, runs=runs).open_runs] == ["here", "other"]


def test_a_plan_with_a_problem_is_stuck() -> None:
    read = tracker({"01-01": PlanEntry("Broken", 1.0, problem="no-steps")})
    assert read.stuck(plan_file("01-01"))
    assert read.unstartable(read.plans[0]) == "it has to be fixed first: no-steps"
    proven = tracker({"01-01": PlanEntry("Broken", 1.0, problem="no-steps")}, runs=[run("01-01")])
    assert proven.unstartable(proven.plans[0]) == "", "it is not open"


@pytest.mark.parametrize(
    ("mission", "tally", "contradiction"),
    [
        ([], (2, 1, 0), ""),
        (["1"], (1, 1, 0), ""),
        (["2"], (1, 0, 0), "its file says `done`, and 1 of its 1 plans are not done"),
        (["1", "7"], (1, 1, 0), "its file says `done`, and its phase `7` has no plans"),
    ],
)
def test_a_mission_counts_the_plans_of_its_phases(
    mission: list[str], tally: tuple[int, int, int], contradiction: str
) -> None:
    line = MissionEntry("win", "Win", "", "done", ".planning/missions/win.yaml", mission)
    read = tracker({"01-01": PLAN, "02-01": PLAN}, runs=[run("01-01")], missions=[line])
    (status,) = read.missions
    if mission:
        assert (tuple(status.tally), status.contradiction) == (tally, contradiction)
    assert status.has(".planning/phases/01-phase") is ("2" not in mission)


def test_the_implicit_mission_counts_every_plan() -> None:
    line = MissionEntry("implicit", "All", "", "active", "", [])
    read = tracker({"01-01": PLAN, "02-01": PLAN}, runs=[run("01-01")], missions=[line])
    assert tuple(read.missions[0].tally) == (2, 1, 0)


def test_an_unreadable_mission_says_why() -> None:
    line = MissionEntry("win", "Win", "", "done", ".planning/missions/win.yaml", [], "bad YAML")
    assert tracker(missions=[line]).missions[0].contradiction == "it cannot be read: bad YAML"


def test_json_counts_the_plans_of_each_phase() -> None:
    read = tracker({"01-01": PLAN, "01-02": PLAN, "02-01": PLAN}, runs=[run("01-02")])
    assert read.as_data()["phases"] == [
        {
            "phase": ".planning/phases/01-phase",
            "plans": ["01-01", "01-02"],
            "claimed": 0,
            "proven": 1,
        },
        {"phase": ".planning/phases/02-phase", "plans": ["02-01"], "claimed": 0, "proven": 0},
    ]


def test_a_run_whose_card_cannot_be_read_is_listed(sandbox: Sandbox) -> None:
    sandbox.write(".planning/runs/20260102T030405Z-01-01-abcd/run.yaml", "no card")
    sandbox.write(".planning/runs/notes.md", "a file of the user")
    read = load_tracker(Repository.discover(sandbox.root))
    assert read.unreadable == ["20260102T030405Z-01-01-abcd"]
    assert read.plans == []


def test_unplanned_phases_are_open_and_not_parked() -> None:
    lines = [
        RoadmapEntry("1", "Planned"),
        RoadmapEntry("2", "Ticked", True),
        RoadmapEntry("3", "Open"),
        RoadmapEntry("999", "Later"),
        RoadmapEntry("999.1", "Much later"),
    ]
    assert [line.title for line in tracker({"01-01": PLAN}, roadmap=lines).unplanned] == ["Open"]
