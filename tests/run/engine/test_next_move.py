"""What a run does next in a step: one row, one state, one move."""

from __future__ import annotations

from typing import Any

import pytest

from forge.planning.plan.plan import Plan
from forge.run.engine.next_move import Move, Rules, next_move
from forge.timeline.run.state import Changed, Failure, Work
from tests.run.engine.hand_built import (
    ASKS,
    CHECKPOINT,
    EDIT,
    HUMAN,
    PROPOSAL,
    REPAIRS,
    RETRIEVE,
    SKIPS,
    TDD,
    TDD_TWO,
    TEST,
    TWO_CHECKS,
    UNCHECKED,
    answered,
    command,
    edited,
    failed,
    in_step,
    plan_of,
    proposed,
    task,
    working,
)

STEP_ROWS: dict[str, tuple[Plan, dict[str, Any], Rules, Move]] = {
    "an edit step first gets a checkpoint": (EDIT, {}, Rules(), Move("checkpoint")),
    "then its runner is called": (EDIT, {"checkpoint_id": "cp-1"}, Rules(), Move("call_runner")),
    "a runner whose end is not on record is called again": (
        EDIT,
        {"checkpoint_id": "cp-1", "runner": "started", "runner_name": "worker"},
        Rules(),
        Move("call_runner"),
    ),
    "what a user did by hand is taken over": (
        EDIT,
        {"checkpoint_id": "cp-1", "runner": "started", "runner_name": "manual"},
        Rules(),
        Move("take_manual"),
    ),
    "a runner that failed fails the step": (
        EDIT,
        {"checkpoint_id": "cp-1", "runner": "failed", "runner_name": "worker"},
        Rules(),
        Move("fail", 0, ("runner", "")),
    ),
    "what the runner did is proposed": (EDIT, proposed(proposal=None), Rules(), Move("propose")),
    "a proposal is applied": (EDIT, proposed(), Rules(), Move("apply")),
    "a proposal that needs approval is asked about": (EDIT, proposed(), ASKS, Move("ask_diff")),
    "an open question about it is asked again": (
        EDIT,
        proposed(answers=answered("diff:d-1", None)),
        ASKS,
        Move("ask_diff"),
    ),
    "an approved diff is applied": (
        EDIT,
        proposed(answers=answered("diff:d-1", "approved")),
        ASKS,
        Move("apply"),
    ),
    "an answer about an earlier diff does not count": (
        EDIT,
        proposed(answers=answered("diff:d-0", "approved")),
        ASKS,
        Move("ask_diff"),
    ),
    "a declined diff is put back first, if that is wanted": (
        EDIT,
        proposed(answers=answered("diff:d-1", "denied", "put-back")),
        ASKS,
        Move("put_back_diff"),
    ),
    "what was found is put back, if that is wanted": (
        EDIT,
        edited(found=PROPOSAL, answers=answered("found:d-1", "denied", "put-back")),
        Rules(asks_about_found=True),
        Move("put_back_found"),
    ),
    "a declined diff fails the step": (
        EDIT,
        proposed(answers=answered("diff:d-1", "denied")),
        ASKS,
        Move("fail", 0, ("denied", "you declined the diff")),
    ),
    "after the commit the checks run": (EDIT, edited(), Rules(), Move("check", 1)),
    "a check whose end is not on record runs again": (
        EDIT,
        edited(checks={1: "started"}),
        Rules(),
        Move("check", 1),
    ),
    "the second check runs after the first": (
        TWO_CHECKS,
        edited(checks={1: "passed"}),
        Rules(),
        Move("check", 2),
    ),
    "a failed check fails the step": (
        EDIT,
        edited(checks={1: "failed"}),
        Rules(),
        Move("fail", 1, ("check", "")),
    ),
    "a declined check fails the step": (
        EDIT,
        edited(checks={1: "denied"}),
        Rules(),
        Move("fail", 1, ("denied", "")),
    ),
    "an inconclusive check is asked about": (
        EDIT,
        edited(checks={1: "inconclusive"}),
        Rules(),
        Move("ask_check", 1),
    ),
    "a check for the user is asked about": (HUMAN, edited(), Rules(), Move("ask_check", 1)),
    "it is recorded as skipped, if checks are skipped": (HUMAN, edited(), SKIPS, Move("check", 1)),
    "files that a check changed are asked about": (
        EDIT,
        edited(checks={1: "passed"}, changed={1: Changed(["b.txt"])}),
        Rules(),
        Move("ask_changed", 1),
    ),
    "even if the check failed": (
        EDIT,
        edited(checks={1: "failed"}, changed={1: Changed(["b.txt"])}),
        Rules(),
        Move("ask_changed", 1),
    ),
    "an open question about them is asked again": (
        EDIT,
        edited(changed={1: Changed(["b.txt"])}, answers=answered("changed:1", None)),
        Rules(),
        Move("ask_changed", 1),
    ),
    "approved ones are kept": (
        EDIT,
        edited(changed={1: Changed(["b.txt"])}, answers=answered("changed:1", "approved")),
        Rules(),
        Move("keep_changed", 1),
    ),
    "declined ones are discarded": (
        EDIT,
        edited(changed={1: Changed(["b.txt"])}, answers=answered("changed:1", "denied")),
        Rules(),
        Move("put_back_changed", 1),
    ),
    "a step whose checks passed is completed": (
        EDIT,
        edited(checks={1: "passed"}),
        Rules(),
        Move("complete"),
    ),
    "a skipped check counts as done": (
        EDIT,
        edited(checks={1: "skipped"}),
        Rules(),
        Move("complete"),
    ),
    "an approved check counts as done": (
        EDIT,
        edited(checks={1: "approved"}),
        Rules(),
        Move("complete"),
    ),
    "an edit step without changes and checks is asked about": (
        UNCHECKED,
        edited(),
        Rules(),
        Move("ask_nothing"),
    ),
    "it is completed after a yes": (
        UNCHECKED,
        edited(answers=answered("nothing", "approved")),
        Rules(),
        Move("complete"),
    ),
    "it fails after a no": (
        UNCHECKED,
        edited(answers=answered("nothing", "denied")),
        Rules(),
        Move("fail", 0, ("denied", "the step changed nothing, and you declined")),
    ),
    "skipped checks do not answer for it": (
        EDIT,
        edited(checks={1: "skipped"}),
        SKIPS,
        Move("ask_nothing"),
    ),
    "what the user repaired is proposed": (
        EDIT,
        {"checkpoint_id": "cp-1", "runner": "finished", "user_repaired": True},
        Rules(),
        Move("propose"),
    ),
    "a step that calls no runner is repaired by the user all the same": (
        TEST,
        {"user_repaired": True},
        Rules(),
        Move("propose"),
    ),
    "a test step only runs its checks": (TEST, {}, Rules(), Move("check", 1)),
    "a retrieve step gathers context first": (RETRIEVE, {}, Rules(), Move("retrieve")),
    "once, then its checks run": (RETRIEVE, {"retrieved": True}, Rules(), Move("check", 1)),
    "a checkpoint step asks": (CHECKPOINT, {}, Rules(), Move("ask_step")),
    "a checkpoint step is completed by a yes": (
        CHECKPOINT,
        {"answers": answered("step", "approved")},
        Rules(),
        Move("complete"),
    ),
    "a checkpoint step fails by a no": (
        CHECKPOINT,
        {"answers": answered("step", "denied")},
        Rules(),
        Move("fail", 0, ("denied", "you declined the checkpoint")),
    ),
    "a TDD step first runs its tests": (TDD, {}, Rules(), Move("check_before", 1)),
    "a test that was interrupted runs again": (
        TDD,
        {"before": {1: "started"}},
        Rules(),
        Move("check_before", 1),
    ),
    "all its tests run": (TDD_TWO, {"before": {1: "failed"}}, Rules(), Move("check_before", 2)),
    "one that fails is enough": (
        TDD_TWO,
        {"before": {1: "passed", 2: "failed"}},
        Rules(),
        Move("checkpoint"),
    ),
    "tests that pass before the work are asked about": (
        TDD,
        {"before": {1: "passed"}},
        Rules(),
        Move("ask_before"),
    ),
    "a yes does the step anyway": (
        TDD,
        {"before": {1: "passed"}, "answers": answered("before", "approved")},
        Rules(),
        Move("checkpoint"),
    ),
    "a no fails it": (
        TDD,
        {"before": {1: "passed"}, "answers": answered("before", "denied")},
        Rules(),
        Move("fail", 0, ("denied", "the tests pass before the work, and you declined")),
    ),
    "tests before the work are skipped with the checks": (TDD, {}, SKIPS, Move("checkpoint")),
    "they do not run once the work has begun": (
        TDD,
        {"checkpoint_id": "cp-1"},
        Rules(),
        Move("call_runner"),
    ),
    "a failure pauses the run": (EDIT, failed("check"), Rules(), Move("pause_failure")),
    "a failure is repaired while there are attempts": (
        EDIT,
        failed("check"),
        REPAIRS,
        Move("repair"),
    ),
    "a step to put back comes before its failure": (
        EDIT,
        {**failed("check"), "restore_to": "c" * 40},
        REPAIRS,
        Move("restore"),
    ),
}


@pytest.mark.parametrize("name", STEP_ROWS)
def test_in_a_step(name: str) -> None:
    plan, work, rules, expected = STEP_ROWS[name]
    assert next_move(working(plan, **work), plan, rules) == expected


@pytest.mark.parametrize(
    ("kind", "repaired"),
    [
        ("check", True),
        ("runner", True),
        ("timeout", True),
        ("idle", True),
        ("denied", False),
        ("commit", False),
        ("tampered", False),
        ("hooks", False),
        ("in_progress", False),
        ("nested_repository", False),
    ],
)
def test_which_failures_a_runner_may_repair(kind: str, repaired: bool) -> None:
    move = next_move(working(EDIT, **failed(kind)), EDIT, REPAIRS)
    assert move == Move("repair" if repaired else "pause_failure")


@pytest.mark.parametrize(("repairs", "verb"), [(0, "repair"), (1, "repair"), (2, "pause_failure")])
def test_repairs_are_limited(repairs: int, verb: str) -> None:
    state = in_step(EDIT, Work(**failed("check")), repairs=repairs)
    assert next_move(state, EDIT, REPAIRS).verb == verb


def test_what_the_user_did_by_hand_is_not_repaired_by_a_runner() -> None:
    work = {**failed("check"), "runner_name": "manual"}
    assert next_move(working(EDIT, **work), EDIT, REPAIRS).verb == "pause_failure"


def test_a_step_without_a_runner_is_not_repaired() -> None:
    state = working(TEST, failure=Failure("check", "no"))
    assert next_move(state, TEST, REPAIRS).verb == "pause_failure"


def test_a_step_with_commits_is_completed_without_a_check() -> None:
    state = in_step(UNCHECKED, Work(**edited()), commits=["c" * 40])
    assert next_move(state, UNCHECKED, Rules()) == Move("complete")


def test_only_the_first_step_that_is_not_done_counts() -> None:
    plan = plan_of(task(), task(verify=command()))
    state = in_step(plan, Work())
    state.steps[0].status = "skipped"
    assert next_move(state, plan, Rules()) == Move("start")
    state.steps[1].status, state.steps[1].attempt = "running", 1
    assert next_move(state, plan, Rules()) == Move("checkpoint")
