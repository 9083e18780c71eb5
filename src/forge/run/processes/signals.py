"""Defers SIGINT, SIGTERM and SIGHUP until forge can stop: between moves, or during a wait."""

from __future__ import annotations

import signal
from types import FrameType, TracebackType

from forge.errors import Interrupted

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupts:
    """While entered, a signal is only recorded in `signal_name`; `check` raises it.

    During `waiting(True)`, when forge waits for the user's answer, a signal raises at once.
    """

    def __init__(self) -> None:
        self.signal_name = ""
        self._waiting = False
        self._before: dict[signal.Signals, object] = {}

    def __enter__(self) -> Interrupts:
        self._before = {number: signal.signal(number, self._handle) for number in _SIGNALS}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def _handle(self, number: int, frame: FrameType | None) -> None:
        self.signal_name = signal.Signals(number).name
        if self._waiting:
            raise self._error()

    def _error(self) -> Interrupted:
        return Interrupted(f"interrupted by {self.signal_name}", "`forge resume` goes on from here")

    def check(self) -> None:
        """Raise Interrupted if a signal has arrived."""
        if self.signal_name:
            raise self._error()

    def waiting(self, state: bool) -> None:
        """Set whether forge waits for the user, so that a signal raises at once."""
        self._waiting = state
        if state:
            self.check()
