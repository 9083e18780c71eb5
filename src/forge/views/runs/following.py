"""Follows a run: its events as they are written, from the live log and then from the record."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from forge.errors import DamagedLog, NoOpenRun
from forge.git.objects.commit import file_at
from forge.git.repository import Repository
from forge.records.files import LOG
from forge.records.record import RunRecord
from forge.records.store import live_folder
from forge.text import jsonl
from forge.timeline.event import GENESIS, Event, link
from forge.timeline.run import events as ev

_HINT = "`forge replay` lists the problems"
_INTERVAL = 0.2  # seconds between two reads of a log that has not changed


@dataclass
class _Tail:
    """The position up to which a log was read; if the file is another one, or became shorter, it is
    read from its start.

    `yielded` is the seq of the last event that was returned.
    """

    yielded: int
    seq: int = 0
    previous: str = GENESIS
    offset: int = 0
    inode: int = 0
    ended: bool = False

    def read(self, path: Path) -> list[Event]:
        """Return the new complete events. Raises OSError, and DamagedLog if the chain is broken."""
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            if status.st_ino != self.inode or status.st_size < self.offset:
                self.restart(status.st_ino)
            file.seek(self.offset)
            return self.take(file.read())

    def restart(self, inode: int = 0) -> None:
        """Read the log from its start again, without returning an event twice."""
        self.seq, self.previous, self.offset, self.inode = 0, GENESIS, 0, inode

    def take(self, raw: bytes) -> list[Event]:
        """Return the new events of the next bytes of the log. Raises DamagedLog."""
        new = []
        for line in jsonl.split(raw)[0]:
            try:
                event = Event.decode(line)
            except (ValueError, TypeError) as error:
                raise DamagedLog(f"line {self.seq + 1} is not an event: {error}", _HINT) from error
            if (event.seq, event.prev) != (self.seq + 1, self.previous):
                raise DamagedLog(f"line {self.seq + 1} does not follow from the line before", _HINT)
            self.seq, self.previous = event.seq, link(line)
            self.offset += len(line) + 1
            self.ended = event.type == ev.Final.type
            if event.seq > self.yielded:
                self.yielded = event.seq
                new.append(event)
        return new


@dataclass
class Following:
    """The events of a run after event `after`. `problem` is set if the log turns out damaged."""

    repository: Repository
    record: RunRecord
    after: int = 0
    wait: Callable[[float], None] = time.sleep
    problem: str | None = field(default=None, init=False)

    def __iter__(self) -> Iterator[Event]:
        """Yield each event until the run has ended, waiting for more in between.

        Raises NoOpenRun if the record is gone.
        """
        tail = _Tail(self.after)
        while True:
            try:
                yield from self._new(tail)
            except DamagedLog as damage:
                self.problem = damage.message
                return
            if tail.ended:
                return
            self.wait(_INTERVAL)

    def _new(self, tail: _Tail) -> list[Event]:
        """Return new events of the live log, else the tracked copy, else the run's branch."""
        card = self.record.card
        tracked = f"{card.folder}/{LOG}"
        for path in (live_folder(self.repository, card.run) / LOG, self.repository.root / tracked):
            try:
                return tail.read(path)
            except (FileNotFoundError, NotADirectoryError):
                continue
        tip = self.repository.commit_of(f"refs/heads/{card.branch}")
        data = file_at(self.repository, tip, tracked)
        if data is None:
            raise NoOpenRun(f"the record of {card.run} is gone", "see `forge runs`")
        tail.restart()
        return tail.take(data)
