"""A run's events as they come: from its live log while it is open, from its record when it has
ended.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from forge.errors import DamagedLog, NoOpenRun
from forge.git.objects.commit import file_at
from forge.git.repository import Repository
from forge.records.record import RunRecord
from forge.records.store import live_folder
from forge.text import jsonl
from forge.timeline.event import GENESIS, Event, link
from forge.timeline.run import events as ev

_LOOK = "`forge replay` says what is wrong with it"
_INTERVAL = 0.2  # seconds between two looks at a log that has not changed


@dataclass
class _Tail:
    """Where a log was read to: only what is behind it is read, as long as it is the same file and
    has not become shorter.
    """

    told: int
    seq: int = 0
    previous: str = GENESIS
    offset: int = 0
    inode: int = 0
    ended: bool = False

    def read(self, path: Path) -> list[Event]:
        """Return the whole events that are new. Raises DamagedLog where a line does not follow,
        OSError.
        """
        with path.open("rb") as file:
            found = os.fstat(file.fileno())
            if found.st_ino != self.inode or found.st_size < self.offset:
                self.seq, self.previous, self.offset, self.inode = 0, GENESIS, 0, found.st_ino
            file.seek(self.offset)
            return self.take(file.read())

    def take(self, raw: bytes) -> list[Event]:
        """Return the events of the lines behind the last one, and note them. Raises DamagedLog."""
        new = []
        for line in jsonl.split(raw)[0]:
            try:
                event = Event.decode(line)
            except (ValueError, TypeError) as error:
                raise DamagedLog(f"line {self.seq + 1} is no event: {error}", _LOOK) from error
            if (event.seq, event.prev) != (self.seq + 1, self.previous):
                raise DamagedLog(f"line {self.seq + 1} does not follow from the line before", _LOOK)
            self.seq, self.previous, self.offset = (
                event.seq,
                link(line),
                self.offset + len(line) + 1,
            )
            self.ended = event.type == ev.Final.type
            if event.seq > self.told:
                self.told = event.seq
                new.append(event)
        return new


@dataclass
class Following:
    """A run that is followed. After iterating, `problem` says what ended it before the run did, if
    anything.
    """

    repository: Repository
    record: RunRecord
    after: int = 0
    wait: Callable[[float], None] = time.sleep
    problem: str | None = field(default=None, init=False)

    def __iter__(self) -> Iterator[Event]:
        """Yield each event behind `after`, waiting for more until the run has ended. Raises
        NoOpenRun where it is gone.
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
        """Read on where the run is now: the live log, then the tracked copy, then the copy at the
        tip of its branch.
        """
        card = self.record.card
        tracked = f"{card.folder}/timeline.jsonl"
        for path in (
            live_folder(self.repository, card.run) / "timeline.jsonl",
            self.repository.root / tracked,
        ):
            try:
                return tail.read(path)
            except (FileNotFoundError, NotADirectoryError):
                continue
        tip = self.repository.commit_of(f"refs/heads/{card.branch}")
        data = file_at(self.repository, tip, tracked)
        if data is None:
            raise NoOpenRun(f"the record of {card.run} is gone", "see `forge runs`")
        tail.seq, tail.previous, tail.offset, tail.inode = 0, GENESIS, 0, 0
        return tail.take(data)
