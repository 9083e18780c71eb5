"""Show a run's events, and whether their chain is whole."""

from __future__ import annotations

import contextlib
import json
from typing import Annotated, NamedTuple

from forge.front.envelope import Data, Reply
from forge.front.operations.arguments import AtLeast
from forge.front.operations.call import Call
from forge.git.commits.patches import not_here
from forge.records.find import one_run
from forge.records.record import RunRecord
from forge.records.tracked_copy import tracked_copy_warning
from forge.text.plural import amount
from forge.text.printable import Line
from forge.timeline.event import Event
from forge.views.runs.diffs import missing_commits
from forge.views.runs.following import Following

_WIDEST = 220  # characters of a line
_LONGEST_VALUE = 60


class Arguments(NamedTuple):
    """A run, the open or the last one by default; `follow` until it has ended; only the events
    after the number `after`.
    """

    run: str | None = None
    follow: bool = False
    after: Annotated[int, AtLeast(0)] = 0


def perform(call: Call, arguments: Arguments) -> Reply:
    record = one_run(call.repository, arguments.run, among_open=False)
    if arguments.follow:
        return _follow(call, record, arguments.after)
    reading = record.reading
    events = [event for event in reading.events if event.seq > arguments.after]
    note = tracked_copy_warning(call.repository, record)
    lines: list[Line] = [f"run {record.card.run}: {record.status}", *map(_line, events)]
    if reading.torn:
        lines.append(
            f"an incomplete last line of {len(reading.torn)} bytes: its event was not recorded,"
            " and resume sets it aside"
        )
    lines += [f"note: {note}"] if note else []
    missing = missing_commits(call.repository, record)
    lines += [f"note: commits {not_here(missing)}"] if missing else []
    if reading.problem:
        lines.append(f"NOT VALID: {reading.problem}")
    else:
        lines.append(f"{amount(len(reading.events), 'event')}, chain whole")
    data = _data(record.card.run, record.status, reading.problem)
    data |= {
        "torn": len(reading.torn),
        "note": note,
        "missing": missing,
        "events": [event.as_data() for event in events],
    }
    return Reply(data, lines, 0 if reading.valid else 1)


def _follow(call: Call, record: RunRecord, after: int) -> Reply:
    """Show events as they come; the reply after them is one line too."""
    name, code = record.card.run, 0
    following = Following(call.repository, record, after)
    try:
        with contextlib.suppress(BrokenPipeError):
            call.caller.line(f"run {name}: {record.status}")
            for event in following:
                call.caller.line(_line(event), event.as_data())
    except KeyboardInterrupt:
        code = 130
    status = one_run(call.repository, name, among_open=False).status
    data = _data(name, status, following.problem)
    if following.problem:
        return Reply(data, f"NOT VALID: {following.problem}", 1, one_line=True)
    return Reply(data, f"run {name}: {status}", code, one_line=True)


def _data(run: str, status: str, problem: str | None) -> Data:
    return {"run": run, "status": status, "valid": problem is None, "problem": problem}


def _line(event: Event) -> str:
    shown = {key: value for key, value in event.data.items() if value not in ("", [], {}, None)}
    values = ", ".join(f"{key} {_short(value)}" for key, value in shown.items())
    step = event.step or "-"
    return f"{event.seq:5}  {event.ts[11:23]}  {step:10}  {event.type:20}  {values}"[:_WIDEST]


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_VALUE else line[: _LONGEST_VALUE - 1] + "…"
