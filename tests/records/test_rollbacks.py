"""Which rollbacks are in effect, and which runs they revert."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from forge.records.record import RunRecord
from forge.records.rollbacks import completed_runs, in_effect, rollbacks_in_effect, rolled_back_runs
from forge.timeline import log
from forge.timeline.run.state import RollbackState, RunState, StepState
from tests.records.runs import card


class Did(NamedTuple):
    kind: str
    run: str
    seq: int = 2
    of_seq: int | None = None


@pytest.mark.parametrize(
    ("done", "left"),
    [
        ([], []),
        ([("r", Did("rollback", "a"))], ["a"]),
        ([("r", Did("rollback", "a")), ("u", Did("undo", "r", of_seq=2))], []),
        ([("r", Did("rollback", "a")), ("u", Did("undo", "r", of_seq=9))], ["a"]),
        ([("r", Did("rollback", "a")), ("u", Did("undo", "q", of_seq=2))], ["a"]),
        (
            [
                ("r", Did("rollback", "b", 5)),
                ("r", Did("rollback", "a", 9)),
                ("r", Did("undo", "r", 11, 9)),
            ],
            ["b"],
        ),
    ],
)
def test_an_undone_rollback_is_not_in_effect(done: list[tuple[str, Did]], left: list[str]) -> None:
    assert [rollback.run for _, rollback in in_effect(done)] == left


def record(
    number: int, *rollbacks: RollbackState, kind: str = "execute", status: str = "completed"
) -> RunRecord:
    own = card(number, kind=kind)
    steps = [StepState(f"01-01/{at}", at, "", "") for at in (1, 2, 3)]
    state = RunState(own.run, steps, rollbacks=list(rollbacks), status=status)  # type: ignore[arg-type]
    return RunRecord(own, log.read(b""), state, Path(own.run), False, status)


def rollback(of: RunRecord, to: str | None = None, kind: str = "rollback") -> RollbackState:
    return RollbackState(kind, of.card.run, to, 2, 2, "c" * 40, "s" * 40)


FIRST, SECOND = record(1), record(2)


def test_a_rolled_back_run_is_not_completed() -> None:
    by = record(3, rollback(FIRST), kind="rollback")
    records = [FIRST, SECOND, by]
    assert rolled_back_runs(records) == {FIRST.card.run: 1}
    assert completed_runs(records) == [SECOND]
    assert [(entry.record, entry.state.run) for entry in rollbacks_in_effect(records)] == [
        (by, FIRST.card.run)
    ]


def test_a_rollback_to_a_step_reverts_from_there_on() -> None:
    to_third = record(3, rollback(FIRST, "01-01/3"), kind="rollback")
    to_second = record(4, rollback(FIRST, "01-01/2"), kind="rollback")
    assert rolled_back_runs([FIRST, to_third]) == {FIRST.card.run: 3}
    assert rolled_back_runs([FIRST, to_third, to_second]) == {FIRST.card.run: 2}
    assert rolled_back_runs([FIRST, to_second, to_third]) == {FIRST.card.run: 2}


def test_an_undone_rollback_leaves_the_run_completed() -> None:
    by = record(3, rollback(FIRST), kind="rollback")
    undo = record(4, rollback(by, kind="undo"), kind="undo")
    assert completed_runs([FIRST, by, undo]) == [FIRST]


def test_an_open_run_that_rolls_back_its_own_step_is_not_rolled_back() -> None:
    own = record(5, rollback(record(5)))
    assert rolled_back_runs([own]) == {}


def test_only_executions_that_completed_count() -> None:
    records = [record(6, status="failed"), record(7, kind="scenarios"), record(8)]
    assert completed_runs(records) == records[2:]
