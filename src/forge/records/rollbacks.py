"""Rollbacks that are in effect: which runs were rolled back, wholly or from a step on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

if TYPE_CHECKING:
    from forge.records.record import RunRecord
    from forge.timeline.run.state import RollbackState


class AnyRollback(Protocol):
    """What a rollback's state and its cached entry have in common."""

    @property
    def kind(self) -> str:
        """`rollback`, or `undo` of one."""

    @property
    def run(self) -> str:
        """The run that is rolled back, or whose rollback is undone."""

    @property
    def seq(self) -> int:
        """The event that announced it."""

    @property
    def of_seq(self) -> int | None:
        """The event of the rollback that is undone."""


R = TypeVar("R", bound=AnyRollback)


def in_effect(done: Sequence[tuple[str, R]]) -> list[tuple[str, R]]:
    """Return the rollbacks that were not undone, in order; each comes with the run that did it."""
    undone = {(rollback.run, rollback.of_seq) for _, rollback in done if rollback.kind == "undo"}
    return [
        (run, rollback)
        for run, rollback in done
        if rollback.kind == "rollback" and (run, rollback.seq) not in undone
    ]


class Rollback(NamedTuple):
    """A rollback with the run that did it."""

    record: RunRecord
    state: RollbackState


def rollbacks_in_effect(records: Iterable[RunRecord]) -> list[Rollback]:
    """Return the rollbacks that were done and not undone, oldest first."""
    by_run = {record.card.run: record for record in records}
    done = [(run, state) for run, record in by_run.items() for state in record.state.rollbacks]
    return [Rollback(by_run[run], state) for run, state in in_effect(done)]


def rolled_back_runs(records: Sequence[RunRecord]) -> dict[str, int]:
    """Return the runs that were rolled back after they had ended, each with the number of the first
    step that was reverted.
    """
    by_run = {record.card.run: record for record in records}
    first_steps: dict[str, int] = {}
    for record, state in rollbacks_in_effect(records):
        target = by_run.get(state.run)
        if target is None or target is record:
            continue
        step = target.state.step_of(state.to)
        number = step.number if step else 1
        first_steps[state.run] = min(number, first_steps.get(state.run, number))
    return first_steps


def completed_runs(records: Sequence[RunRecord]) -> list[RunRecord]:
    """Return the runs that completed their plans and were not rolled back, oldest first."""
    rolled_back = rolled_back_runs(records)
    return [
        record
        for record in records
        if record.card.kind == "execute"
        and record.card.run not in rolled_back
        and record.state.status == "completed"
        and not record.altered
    ]
