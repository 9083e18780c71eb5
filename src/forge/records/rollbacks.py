"""Which runs were rolled back, wholly or from a step on, and which rollbacks still stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from forge.records.record import RunRecord
from forge.timeline.run.state import RollbackState
from forge.views.outline.entries import standing


class Rollback(NamedTuple):
    """A rollback and the run that did it."""

    record: RunRecord
    going: RollbackState


def standing_rollbacks(records: Iterable[RunRecord]) -> list[Rollback]:
    """Return the rollbacks that were done and not undone, oldest first."""
    by_name = {record.card.run: record for record in records}
    done = [(name, going) for name, record in by_name.items() for going in record.state.rollbacks]
    return [Rollback(by_name[name], going) for name, going in standing(done)]


def taken_back(records: Sequence[RunRecord]) -> dict[str, int]:
    """Return the runs that were rolled back since they ended, each with the number of the first
    step that was taken back.
    """
    by_name = {record.card.run: record for record in records}
    found: dict[str, int] = {}
    for record, going in standing_rollbacks(records):
        of = by_name.get(going.run)
        if of is not None and of is not record:
            step = of.state.step_of(going.to)
            found[going.run] = min(
                step.number if step else 1, found.get(going.run, len(of.state.steps) + 1)
            )
    return found


def completed_runs(records: Sequence[RunRecord]) -> list[RunRecord]:
    """Return the runs that completed their plans and were not rolled back since, oldest first."""
    back = taken_back(records)
    plans = (
        record
        for record in records
        if record.card.kind == "execute" and record.card.run not in back
    )
    return [record for record in plans if record.state.status == "completed"]
