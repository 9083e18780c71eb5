"""Ctrl-C and its kin, noticed where forge can stand still: between moves, and while it waits for a
child or a person.
"""

from __future__ import annotations

import signal
from types import FrameType, TracebackType

from forge.errors import Interrupted

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupts:
    """While entered, a signal only sets a flag; `check` raises, and so does a signal while
    `waiting` for a person.
    """

    def __init__(self) -> None:
        self.signal_name = ""
        self._waiting = False
        self._before: dict[signal.Signals, object] = {}

    def __enter__(self) -> Interrupts:
        self._before = {number: signal.signal(number, self._note) for number in _SIGNALS}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.signal_name = signal.Signals(number).name
        if self._waiting:
            raise self._error()

    def _error(self) -> Interrupted:
        return Interrupted(f"interrupted by {self.signal_name}", "`forge resume` goes on from here")

    def check(self) -> None:
        """Raise Interrupted if a signal has come."""
        if self.signal_name:
            raise self._error()

    def waiting(self, state: bool) -> None:
        """Say whether forge waits for a person, so that a signal must break the wait."""
        self._waiting = state
        if state:
            self.check()
