"""Something to look at while work takes long: at a terminal, after a second, and gone when the work is done."""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

PATIENCE = 1.0
"""Seconds of work without a bar."""


@contextmanager
def waiting(label: str, *, colour: bool) -> Iterator[None]:
    """Show a bar on standard error while the block runs, if it is a terminal and the block takes longer than `PATIENCE`."""
    if not sys.stderr.isatty():
        yield
        return
    bar = _Bar(label, colour)
    timer = threading.Timer(PATIENCE, bar.show)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        bar.hide()


class _Bar:
    """A bar that is shown by one thread and hidden by another; once hidden it is never shown."""

    def __init__(self, label: str, colour: bool) -> None:
        self.label = label
        self.colour = colour
        self.lock = threading.Lock()
        self.hidden = False
        self.stop: Callable[[], None] | None = None

    def show(self) -> None:
        with self.lock:
            if not self.hidden:
                self.stop = importlib.import_module("forge.front.cli.bar").bar(self.label, colour=self.colour).stop

    def hide(self) -> None:
        with self.lock:
            self.hidden = True
            if self.stop is not None:
                with suppress(OSError):  # a terminal that has gone is no reason to fail
                    self.stop()
