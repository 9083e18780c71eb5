"""The tail of a log: its new events, read from the end of the last read."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from forge import regular
from forge.errors import DamagedLog
from forge.text import jsonl
from forge.timeline.event import GENESIS, Event, link


@dataclass
class LogTail:
    """The position up to which a log was read; if the file is another one, or became shorter, it is
    read from its start.

    `yielded` is the seq of the last event that was returned, `last_type` the type of the last event
    that was read. `advice` is the hint of an error.
    """

    yielded: int = 0
    advice: str = ""
    last_type: str = ""
    _seq: int = 0
    _previous: str = GENESIS
    _offset: int = 0
    _inode: int = 0

    def read(self, path: Path) -> list[Event]:
        """Return the new complete events. Raises OSError, and DamagedLog if the chain is broken."""
        with os.fdopen(regular.open_regular(path), "rb") as file:
            status = os.fstat(file.fileno())
            if status.st_ino != self._inode or status.st_size < self._offset:
                self.restart(status.st_ino)
            file.seek(self._offset)
            return self.take(file.read())

    def restart(self, inode: int = 0) -> None:
        """Read the log from its start again, without returning an event twice."""
        self._seq, self._previous, self._offset, self._inode = 0, GENESIS, 0, inode

    def take(self, raw: bytes) -> list[Event]:
        """Return the new events of the next bytes of the log. Raises DamagedLog."""
        events = []
        for line in jsonl.split(raw)[0]:
            event = self._next(line)
            self._offset += len(line) + 1
            if event.seq > self.yielded:
                self.yielded = event.seq
                events.append(event)
        return events

    def _next(self, line: bytes) -> Event:
        number = self._seq + 1
        try:
            event = Event.decode(line)
        except (ValueError, TypeError) as error:
            raise DamagedLog(f"line {number} is not an event: {error}", self.advice) from error
        if (event.seq, event.prev) != (number, self._previous):
            raise DamagedLog(f"line {number} does not follow from the line before", self.advice)
        self._seq, self._previous, self.last_type = event.seq, link(line), event.type
        return event
