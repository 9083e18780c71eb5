"""Something to look at while work takes long: at a terminal, after a second, and gone when the work
is done.
"""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from forge.front.cli.bar import Bar

T = TypeVar("T")
Progress = Callable[[int, int], None]
PATIENCE = 1.0
"""Seconds of work without a bar."""


@contextmanager
def waiting(label: str, *, colour: bool = True) -> Iterator[Progress | None]:
    """Show a bar on standard error while the block runs, if it is a terminal and the block takes
    longer than `PATIENCE`.

    The block is given what it tells how much of how much is done; None where nobody looks.
    """
    if not sys.stderr.isatty():
        yield None
        return
    bar = _Bar(label, colour)
    timer = threading.Timer(PATIENCE, bar.show)
    timer.daemon = True
    timer.start()
    try:
        yield bar.tell
    finally:
        timer.cancel()
        bar.hide()


def counted(label: str, items: Sequence[T]) -> Iterator[T]:
    """Yield items, and show behind which of them the work stands, as `waiting` does."""
    with waiting(label) as tell:
        for number, item in enumerate(items):
            if tell is not None:
                tell(number, len(items))
            yield item


class _Bar:
    """A bar that is shown by one thread and hidden by another; once hidden it is never shown."""

    def __init__(self, label: str, colour: bool) -> None:
        self.label = label
        self.colour = colour
        self.lock = threading.Lock()
        self.hidden = False
        self.done: tuple[int, int] | None = None
        self.bar: Bar | None = None

    def tell(self, done: int, total: int) -> None:
        """Take how much is done; it costs next to nothing while no bar is shown."""
        self.done = done, total
        if self.bar is not None:
            self.bar.move(done, total)

    def show(self) -> None:
        with self.lock:
            if not self.hidden:
                self.bar = importlib.import_module("forge.front.cli.bar").Bar(
                    self.label, self.done, colour=self.colour
                )

    def hide(self) -> None:
        with self.lock:
            self.hidden = True
            if self.bar is not None:
                with suppress(OSError):  # a terminal that has gone is no reason to fail
                    self.bar.stop()
