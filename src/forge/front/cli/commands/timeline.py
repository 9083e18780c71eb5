"""forge timeline: a run's events."""

from __future__ import annotations

import json

import click

from forge.front.cli.answer import App, Reply, verb
from forge.timeline.event import Event
from forge.views.runs import one_run


@click.command("timeline")
@click.argument("run", required=False)
@verb("timeline")
def command(app: App, run: str | None) -> Reply:
    """Show a run's events, and whether each follows from the one before. Without a name, of the open run or the last one.

    \b
    Example:
      forge timeline
      forge timeline 20261120T025549Z-01-01-k3f9 --json
    """
    record = one_run(app.repository, run, among_open=False)
    reading = record.reading
    lines = [f"run {record.card.run}: {record.status}", *map(_line, reading.events)]
    lines += [f"NOT VALID: {reading.problem}"] if reading.problem else [f"{len(reading.events)} events, chain whole"]
    data: dict[str, object] = {
        "run": record.card.run, "status": record.status, "valid": reading.valid, "problem": reading.problem,
        "events": [event.as_data() for event in reading.events],
    }  # fmt: skip
    return Reply(data, "\n".join(lines), 0 if reading.valid else 1)


def _line(event: Event) -> str:
    told = ", ".join(f"{key} {_short(value)}" for key, value in event.data.items() if value not in ("", [], {}, None))
    return f"{event.seq:5}  {event.ts[11:23]}  {event.step or '-':10}  {event.type:20}  {told}"[:220]


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    line = " ".join(text.split())
    return line if len(line) <= 60 else line[:59] + "…"
