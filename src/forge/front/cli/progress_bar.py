"""A progress bar at the terminal, shown when work takes long and removed when it is done."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from forge.lazy import at_first_use

if TYPE_CHECKING:
    from rich import console, progress
else:  # only a bar that is shown needs them
    console = at_first_use("rich.console")
    progress = at_first_use("rich.progress")

Progress = Callable[[int, int], None]
PATIENCE = 1.0
"""Seconds of work without a bar."""


@contextmanager
def waiting(label: str, *, color: bool = True) -> Iterator[Progress | None]:
    """Show a bar on standard error if it is a terminal and the block takes longer than `PATIENCE`.

    Yields a function of (done, total), or None without a terminal.
    """
    if not sys.stderr.isatty():
        yield None
        return
    bar = _Bar(label, color=color)
    timer = threading.Timer(PATIENCE, bar.show)
    timer.daemon = True
    timer.start()
    try:
        yield bar.update
    finally:
        timer.cancel()
        bar.hide()


class _Bar:
    """A bar that one thread shows and another one hides; once hidden it is never shown."""

    def __init__(self, label: str, *, color: bool) -> None:
        self._label = label
        self._color = color
        self._lock = threading.Lock()
        self._hidden = False
        self._done: tuple[int, int] | None = None
        self._shown: tuple[progress.Progress, progress.TaskID] | None = None

    def update(self, done: int, total: int) -> None:
        """Set the progress; this costs next to nothing while the bar is not shown."""
        self._done = done, total
        if self._shown is not None:
            bar, task = self._shown
            bar.update(task, completed=done, total=total)

    def show(self) -> None:
        with self._lock:
            if not self._hidden:
                bar = draw(self._done, color=self._color)
                done, total = self._done or (0, None)
                self._shown = bar, bar.add_task(self._label, total=total, completed=done)
                bar.start()

    def hide(self) -> None:
        with self._lock:
            self._hidden = True
            if self._shown is not None:
                with suppress(OSError):  # the terminal has gone
                    self._shown[0].stop()


def draw(done: tuple[int, int] | None, *, color: bool) -> progress.Progress:
    """Return a bar of rich on standard error, with numbers if the amount of work is known."""
    numbers = [progress.MofNCompleteColumn()] if done else []
    return progress.Progress(
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        *numbers,
        progress.TimeElapsedColumn(),
        console=console.Console(stderr=True, no_color=not color),
        transient=True,
    )
