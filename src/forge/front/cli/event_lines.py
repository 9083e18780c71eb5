"""Prints a line for each event that the user wants to see while a run is at work."""

from __future__ import annotations

import contextlib

import click

from forge.text.printable import visible
from forge.timeline.event import Event
from forge.timeline.run.events import RUN_EVENTS
from forge.timeline.run.state import RunState

_INDENT = " " * 6


def print_event(event: Event, state: RunState) -> None:
    """Print the line of an event on standard error, if it has one."""
    line = event_line(event, state)
    if line:
        with contextlib.suppress(OSError):  # nobody watches any more; the run goes on
            click.echo(line, err=True)


def event_line(event: Event, state: RunState) -> str:
    """Return the line of an event, with colors; empty for an event that is not shown."""
    data = RUN_EVENTS.typed(event)
    line = visible(data.progress(event, state)) if data is not None else ""
    if data is None or not line:
        return ""
    if data.heading:
        return click.style(line, bold=True)
    return _INDENT + (click.style(line, fg="red") if data.good() is False else line)
