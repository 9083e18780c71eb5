"""The last line of a terminal while a run is at work: step, stage, time, and what the runner or a
command says.

Elsewhere nothing of it is printed: there each event is a plain line. The line is drawn from the
loop that waits for the child.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
import time

from forge.front.cli.terminal import progress
from forge.run.processes.output import Output
from forge.text.printable import visible
from forge.timeline.event import Event
from forge.timeline.run.events import RUN_EVENTS
from forge.timeline.run.state import RunState

_PAUSE = 0.2  # seconds between two drawings
_CLEAR = "\r\x1b[K"


class Live:
    """Shows a run's progress on standard error: a line for each event and, at a terminal, one that
    changes.
    """

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty() and os.environ.get("TERM", "dumb") != "dumb"
        self._shown = False
        self._drawn = 0.0
        self._began = time.monotonic()
        self._where = ""
        self._activity = ""

    def notify(self, event: Event, state: RunState) -> None:
        """Print what an event tells, and take down where the run stands now."""
        self.on_output(None)
        progress(event, state)
        data = RUN_EVENTS.typed(event)
        activity = data.activity() if data is not None else None
        if activity is not None:
            self._began, self._activity = time.monotonic(), activity
        step = state.step
        where = (
            f"[{step.number}/{len(state.steps)}] {step.stage}" if step else "after the last step"
        )
        self._where = f"{where}, {self._activity}".rstrip(", ")

    def on_output(self, output: Output | None) -> None:
        """Draw the line anew; take it away where nothing is at work any more."""
        now = time.monotonic()
        if not self._terminal or (output is not None and now - self._drawn < _PAUSE):
            return
        if output is not None:
            self._drawn, self._shown = now, True
            self._write(_CLEAR + self._line(int(now - self._began), output))
        elif self._shown:
            self._shown = False
            self._write(_CLEAR)

    def _line(self, seconds: int, output: Output) -> str:
        scrub = importlib.import_module(
            "forge.check.secrets.scrub"
        ).scrub  # loaded late: only whoever watches needs it
        said = scrub(output.latest_lines())[0].strip().rpartition("\n")[2]
        text = (
            f"      {self._where} {seconds // 60}:{seconds % 60:02} "
            f" {visible(said).replace(chr(9), ' ')}".rstrip()
        )
        return _cut(text, _columns() - 1)

    def _write(self, text: str) -> None:
        with contextlib.suppress(OSError, ValueError):  # whoever watched has left; the run goes on
            sys.stderr.write(text)
            sys.stderr.flush()


def _columns() -> int:
    with contextlib.suppress(OSError, ValueError):
        return os.get_terminal_size(sys.stderr.fileno()).columns or 80
    return 80


def _cut(text: str, width: int) -> str:
    """Return the beginning of a text that fits into so many columns; wide characters take two."""
    if len(text) * 2 <= width:
        return text
    cells = importlib.import_module("rich.cells")
    return str(cells.set_cell_size(text, width).rstrip()) if cells.cell_len(text) > width else text
