"""Follows a run: its events as they are written, from the live log and then from the record."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from forge.errors import DamagedLog, NoOpenRun
from forge.git.objects.commit import file_at
from forge.git.repository import Repository
from forge.records.record import RunRecord
from forge.records.store import LOG_FILE, live_folder
from forge.timeline.event import Event
from forge.timeline.run import events as ev
from forge.timeline.tail import LogTail

_HINT = "`forge replay` lists the problems"
_INTERVAL = 0.2  # seconds between two reads of a log that has not changed


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
        tail = LogTail(self.after, _HINT)
        while True:
            try:
                yield from self._new(tail)
            except DamagedLog as damage:
                self.problem = damage.message
                return
            if tail.last_type == ev.Final.type:
                return
            self.wait(_INTERVAL)

    def _new(self, tail: LogTail) -> list[Event]:
        """Return new events of the live log, else the tracked copy, else the run's branch."""
        card = self.record.card
        tracked = f"{card.folder}/{LOG_FILE}"
        for path in (
            live_folder(self.repository, card.run) / LOG_FILE,
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
        tail.restart()
        return tail.take(data)
