"""forge timeline: a run's events."""

from __future__ import annotations

import contextlib
import json

import click

from forge.front.cli.answer import App, Reply, verb
from forge.front.cli.click_types import Verb, option
from forge.front.cli.shell_completion import names
from forge.records.find import one_run
from forge.records.record import RunRecord, tracked_copy
from forge.text import jsonl
from forge.text.plural import amount
from forge.timeline.event import Event
from forge.views.runs.following import Following


@click.command("timeline", cls=Verb)
@click.argument("run", required=False, shell_complete=names("run"))
@option("--follow", is_flag=True, help="Go on until the run has ended, or Ctrl-C.")
@option(
    "--after",
    type=click.IntRange(min=0),
    default=0,
    metavar="SEQ",
    help="Only the events behind this one.",
)
@verb("timeline")
def command(app: App, run: str | None, follow: bool, after: int) -> Reply:
    """Show a run's events, and whether each follows from the one before. Without a name, of the
    open run or the last one.

    \b
    Example:
      forge timeline
      forge timeline --follow
      forge timeline 20261120T025549Z-01-01-k3f9 --after 20 --json
    """
    record = one_run(app.repository, run, among_open=False)
    if follow:
        return _follow(app, record, after)
    reading = record.reading
    events = [event for event in reading.events if event.seq > after]
    note = tracked_copy(app.repository, record)
    lines = [f"run {record.card.run}: {record.status}", *map(_line, events)]
    if reading.torn:
        lines.append(
            f"a torn last line of {len(reading.torn)} bytes: its event was not recorded, and resume"
            " sets it aside"
        )
    lines += [f"note: {note}"] if note else []
    lines += (
        [f"NOT VALID: {reading.problem}"]
        if reading.problem
        else [f"{amount(len(reading.events), 'event')}, chain whole"]
    )
    data = _data(record.card.run, record.status, reading.problem)
    data |= {
        "torn": len(reading.torn),
        "note": note,
        "events": [event.as_data() for event in events],
    }
    return Reply(data, "\n".join(lines), 0 if reading.valid else 1)


def _follow(app: App, record: RunRecord, after: int) -> Reply:
    """Print events as they come, as lines of text or of JSON; the answer behind them is one line
    too.
    """
    name, code = record.card.run, 0
    following = Following(app.repository, record, after)
    try:
        with contextlib.suppress(BrokenPipeError):
            if not app.as_json:
                app.put(f"run {name}: {record.status}")
            for event in following:
                app.put(
                    jsonl.encode(event.as_data()).decode()[:-1] if app.as_json else _line(event)
                )
    except KeyboardInterrupt:
        code = 130
    status = one_run(app.repository, name, among_open=False).status
    text = f"NOT VALID: {following.problem}" if following.problem else f"run {name}: {status}"
    return Reply(
        _data(name, status, following.problem),
        text,
        1 if following.problem else code,
        one_line=True,
    )


def _data(run: str, status: str, problem: str | None) -> dict[str, object]:
    return {"run": run, "status": status, "valid": problem is None, "problem": problem}


def _line(event: Event) -> str:
    told = ", ".join(
        f"{key} {_short(value)}"
        for key, value in event.data.items()
        if value not in ("", [], {}, None)
    )
    return f"{event.seq:5}  {event.ts[11:23]}  {event.step or '-':10}  {event.type:20}  {told}"[
        :220
    ]


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    line = " ".join(text.split())
    return line if len(line) <= 60 else line[:59] + "…"
