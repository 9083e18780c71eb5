"""List the runs, oldest first."""

from __future__ import annotations

from typing import NamedTuple

from forge.front.envelope import Reply
from forge.front.operations.call import Call
from forge.records.record import RunRecord, all_runs, unreadable_runs
from forge.text.plural import amount
from forge.text.printable import Line


class Arguments(NamedTuple):
    """Runs takes no arguments."""


def perform(call: Call, arguments: Arguments) -> Reply:
    records = all_runs(call.repository, everywhere=True, with_events=False)
    unreadable = unreadable_runs(call.repository)
    lines: list[Line] = [*map(_line, records)]
    lines += [f"{run}  cannot be read: {reason}" for run, reason in unreadable]
    data: dict[str, object] = {
        "runs": [record.as_data() for record in records],
        "unreadable": [{"run": run, "reason": reason} for run, reason in unreadable],
    }
    return Reply(data, lines or "there are no runs yet")


def _line(record: RunRecord) -> str:
    card, state = record.card, record.state
    commits = amount(len(state.commits), "commit")
    return f"{card.run}  {record.status:11}  {record.verdict or '-':9}  {commits}  {card.goal[:60]}"
