"""The state of a run: questions about it, and what rollbacks do to it."""

from __future__ import annotations

import copy

import pytest

from forge.timeline.run.state import (
    Failure,
    Question,
    RollbackState,
    RunState,
    StepState,
    StepStatus,
    Work,
)


def step(number: int, status: StepStatus = "pending", **how: object) -> StepState:
    return StepState(f"01-01/{number}", number, f"Step {number}", "edit", status, **how)  # type: ignore[arg-type]


def run(*statuses: StepStatus) -> RunState:
    return RunState("r", [step(number, status) for number, status in enumerate(statuses, 1)])


def rollback(to: str | None = None, kind: str = "rollback") -> RollbackState:
    return RollbackState(kind, "r", to, 5, 0, "c" * 40, "s" * 40)


@pytest.mark.parametrize(
    ("statuses", "number"),
    [
        (("pending", "pending"), 1),
        (("running", "pending"), 1),
        (("completed", "pending"), 2),
        (("skipped", "running"), 2),
        (("completed", "skipped"), None),
        ((), None),
    ],
)
def test_the_current_step(statuses: tuple[StepStatus, ...], number: int | None) -> None:
    state = run(*statuses)
    assert (state.step.number if state.step else None) == number
    assert state.work is (state.step.work if state.step else state.closing)


@pytest.mark.parametrize("status", ["completed", "failed", "stopped"])
def test_three_statuses_are_final(status: str) -> None:
    state = run()
    assert not state.ended
    state.status = status  # type: ignore[assignment]
    assert state.ended and state.waiting is None


def test_work_and_steps_are_found_by_id() -> None:
    state = run("completed", "running")
    assert state.step_of("01-01/2") is state.steps[1]
    assert state.work_of("01-01/1") is state.steps[0].work
    assert state.step_of("01-01/9") is state.step_of(None) is None
    assert state.work_of(None) is state.work_of("01-01/9") is state.closing
    assert state.completed_steps == 1


def test_the_newest_commit_is_the_base_until_there_is_one() -> None:
    state = run()
    assert state.newest_commit is None
    state.base_commit = "base"
    assert state.newest_commit == "base"
    state.commits += ["one", "two"]
    assert state.newest_commit == "two"


def test_the_first_open_question_is_waited_for() -> None:
    state = run("running")
    first, second = (Question(name, "diff", "diff", "?", None) for name in ("a", "b"))
    state.questions = {"a": first, "b": second}
    assert state.waiting is first
    first.decision = "approved"
    assert state.waiting is second
    state.rollback = rollback()
    assert state.waiting is None, "a rollback under way comes first"


@pytest.mark.parametrize(
    ("answers", "answer"),
    [
        ({}, None),
        ({"diff": Question("a", "diff", "diff", "?", None)}, "open"),
        ({"diff": Question("a", "diff", "diff", "?", None, decision="denied")}, "denied"),
    ],
)
def test_the_answer_to_a_question(answers: dict[str, Question], answer: str | None) -> None:
    assert Work(answers=answers).answer("diff") == answer


def finished() -> RunState:
    """A run of three steps after its last one, with every field filled."""
    state = run("completed", "completed", "completed")
    for number, one in enumerate(state.steps, 1):
        one.attempt, one.began, one.commits = number, number * 10, [f"c{number}"]
    state.closing = Work(failure=Failure("test", "x"))
    state.truths, state.counts = {1: "proven"}, {"passed": 1}
    state.verdict, state.verdicts = "proven", [{"verdict": "pass"}]
    state.not_run = [("01-01/1", "lint", "no"), ("01-01/3", "test", "no"), (None, "all", "no")]
    state.questions = {
        "1": Question("1", "diff", "diff", "?", "01-01/1"),
        "3": Question("3", "diff", "diff", "?", "01-01/3"),
        "end": Question("end", "diff", "nothing", "?", None),
        "old": Question("old", "diff", "diff", "?", "01-01/3", decision="approved"),
    }
    return state


def test_a_rollback_resets_its_step_and_all_later_ones() -> None:
    state = finished()
    state.roll_back(rollback("01-01/2"))
    assert [one.status for one in state.steps] == ["completed", "pending", "pending"]
    assert [one.attempt for one in state.steps] == [1, 3, 4], "the next attempt has a new number"
    assert [one.began for one in state.steps] == [10, 0, 0]
    assert (state.truths, state.counts, state.verdict, state.verdicts) == ({}, None, None, [])
    assert state.closing == Work()
    assert state.not_run == [("01-01/1", "lint", "no")]


def test_a_rollback_voids_open_questions_of_reset_steps() -> None:
    state = finished()
    state.roll_back(rollback("01-01/2"))
    decisions = {name: question.decision for name, question in state.questions.items()}
    assert decisions == {"1": None, "3": "void", "end": "void", "old": "approved"}


def test_a_rollback_without_a_step_resets_all_but_carried_over_steps() -> None:
    state = finished()
    state.steps[0].carried_from = "earlier"
    state.roll_back(rollback())
    assert [one.status for one in state.steps] == ["completed", "pending", "pending"]


def test_an_undo_returns_to_the_state_before() -> None:
    state = finished()
    before = copy.deepcopy(state)
    state.roll_back(rollback("01-01/1"))
    state.commits, state.last_seq, state.status = ["c9"], 99, "paused"
    state.undo_rollback()
    assert state.steps == before.steps and state.questions == before.questions
    assert state.rollbacks == [] and state.state_before_rollback is None
    assert (state.commits, state.last_seq, state.status) == (["c9"], 99, "paused"), "these go on"


def test_two_rollbacks_are_undone_one_after_the_other() -> None:
    state = finished()
    state.roll_back(rollback("01-01/3"))
    between = copy.deepcopy(state.steps)
    state.roll_back(rollback("01-01/2"))
    assert len(state.rollbacks) == 2
    state.undo_rollback()
    assert state.steps == between and len(state.rollbacks) == 1
    state.undo_rollback()
    assert [one.status for one in state.steps] == ["completed"] * 3
    state.undo_rollback()
    assert [one.status for one in state.steps] == ["completed"] * 3, "nothing is left to undo"


def test_a_rollback_is_forgotten_once_a_step_starts() -> None:
    state = finished()
    state.roll_back(rollback())
    state.forget_rollbacks()
    assert state.rollbacks == [] and state.state_before_rollback is None
    state.undo_rollback()
    assert state.steps[0].status == "pending"


def test_a_run_without_steps_can_roll_another_one_back() -> None:
    state = run()
    state.roll_back(rollback("01-01/2"))
    assert [entry.to for entry in state.rollbacks] == ["01-01/2"] and state.steps == []
