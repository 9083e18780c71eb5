"""The last line of a terminal while a run is at work: step, stage, time, and the latest output.

Without a terminal only plain lines are printed, one for each event.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from typing import TYPE_CHECKING

from forge.front.cli.event_lines import print_event
from forge.front.cli.output import redraw
from forge.lazy import at_first_use
from forge.text.printable import visible_line
from forge.timeline.event import Event
from forge.timeline.run.events import RUN_EVENTS
from forge.timeline.run.state import RunState

if TYPE_CHECKING:
    from rich import cells

    from forge.run.processes.output import Output
else:  # only a line that is drawn needs it
    cells = at_first_use("rich.cells")

_PERIOD = 0.2  # seconds between two drawings
_USUAL_WIDTH = 80


class StatusLine:
    """Shows a run on standard error: a line for each event and, at a terminal, one that changes."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty() and os.environ.get("TERM", "dumb") != "dumb"
        self._shown = False
        self._drawn_at = 0.0
        self._started_at = time.monotonic()
        self._activity = ""
        self._place = ""

    def on_event(self, event: Event, state: RunState) -> None:
        """Print an event, and remember the step and the work that it starts."""
        self.on_output(None)
        print_event(event, state)
        data = RUN_EVENTS.typed(event)
        activity = data.activity() if data is not None else None
        if activity is not None:
            self._started_at, self._activity = time.monotonic(), activity
        self._place = f"{place(state)}, {self._activity}".rstrip(", ")

    def on_output(self, output: Output | None) -> None:
        """Redraw the line; remove it when nothing is at work any more."""
        now = time.monotonic()
        if not self._terminal or (output is not None and now - self._drawn_at < _PERIOD):
            return
        if output is not None:
            self._drawn_at, self._shown = now, True
            redraw(self._line(int(now - self._started_at), output))
        elif self._shown:
            self._shown = False
            redraw("")

    def _line(self, seconds: int, output: Output) -> str:
        lines = output.latest_lines().strip()
        latest = visible_line(lines.rpartition("\n")[2].replace("\t", " "))
        elapsed = f"{seconds // 60}:{seconds % 60:02}"
        return fitted(f"      {self._place} {elapsed}  {latest}".rstrip(), _columns() - 1)


def place(state: RunState) -> str:
    """Return the current step of a run, or `after the last step`."""
    step = state.step
    return f"[{step.number}/{len(state.steps)}] {step.stage}" if step else "after the last step"


def fitted(text: str, width: int) -> str:
    """Return the start of a text that fits into so many columns; wide characters take two."""
    if len(text) * 2 <= width or cells.cell_len(text) <= width:
        return text
    return cells.set_cell_size(text, width).rstrip()


def _columns() -> int:
    with contextlib.suppress(OSError, ValueError):
        return os.get_terminal_size(sys.stderr.fileno()).columns or _USUAL_WIDTH
    return _USUAL_WIDTH
