"""Prints a line for each event that the user wants to see while a run is at work."""

from __future__ import annotations

from forge.front.cli.output import print_note
from forge.text.printable import Line, Styled
from forge.timeline.event import Event
from forge.timeline.run.events import RUN_EVENTS
from forge.timeline.run.state import RunState

_INDENT = " " * 6


def print_event(event: Event, state: RunState) -> None:
    """Print the lines of an event on standard error, if it has some."""
    lines = event_lines(event, state)
    if lines:
        print_note(lines)


def event_lines(event: Event, state: RunState) -> list[Line]:
    """Return the lines of an event, with colors; none for an event that is not shown."""
    data = RUN_EVENTS.typed(event)
    if data is None or not (lines := data.progress(event, state)):
        return []
    color = "red" if data.good() is False else ""
    shown = [lines] if isinstance(lines, str) else lines
    if data.heading:
        return [(Styled(line, bold=True),) for line in shown]
    return [(_INDENT, Styled(line, color)) for line in shown]
