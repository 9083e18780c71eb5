"""The log of a run: a file of JSON lines, each chained to the one before, appended to by one
writer.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from forge import atomic
from forge.errors import DamagedLog, StorageFailed
from forge.text import jsonl
from forge.timeline.event import GENESIS, VERSION, Event, decode_all, link

FROM_COPY = "nothing was changed; `forge help runs` tells how to go on from the committed copy"


class Reading(Struct, frozen=True):
    """What a log holds: its events, the torn rest, and the first thing wrong in the middle, with
    its line.
    """

    events: list[Event]
    torn: bytes
    last: bytes
    problem: str | None = None
    problem_line: int = 0

    @property
    def valid(self) -> bool:
        """Whether every whole line is an event that follows from the one before."""
        return self.problem is None


def read(raw: bytes) -> Reading:
    """Read a log's bytes. Nothing is raised: events end at the first line that is wrong, which is
    named.
    """
    lines, torn = jsonl.split(raw)
    events = _sound(lines, raw[: len(raw) - len(torn)])
    if events is not None:
        return Reading(events, torn, lines[-1] if lines else b"")
    events, previous = [], GENESIS
    for number, line in enumerate(lines, 1):
        problem, event = _event(line, number, previous)
        if event is None or problem:
            return Reading(events, torn, lines[number - 2] if number > 1 else b"", problem, number)
        events.append(event)
        previous = link(line)
    return Reading(events, torn, lines[-1] if lines else b"")


def _sound(lines: list[bytes], raw: bytes) -> list[Event] | None:
    """Return the events of a log as this forge writes it, read at one go; None where anything in it
    is otherwise.
    """
    events = decode_all(lines, raw)
    if events is None:
        return None
    previous = GENESIS
    for number, (line, event) in enumerate(zip(lines, events, strict=True), 1):
        if event.seq != number or event.prev != previous:
            return None
        previous = link(line)
    return events


def _event(line: bytes, number: int, previous: str) -> tuple[str | None, Event | None]:
    try:
        event = Event.decode(line)
    except (ValueError, TypeError) as error:
        return f"line {number} is no event: {error}", None
    if event.v > VERSION:
        return f"line {number} was written by a newer forge (version {event.v})", None
    if event.seq != number:
        return f"line {number} has seq {event.seq} where {number} belongs", event
    if event.prev != previous:
        return (
            (
                f"line {number} does not follow from the line before: its `prev` is not that line's"
                " hash"
            ),
            event,
        )
    return None, event


class Log:
    """A log that is appended to. Each append is one write; a failed one leaves the file as it was.

    Each is flushed by one fdatasync, those of events that directly follow each other by the one of
    the last of them.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None
        self._seq = 0
        self._previous = GENESIS
        self._size = 0
        self._lines: list[bytes] = []
        self._stamp: tuple[int, int, int] | None = None
        self._torn_to: Path | None = None
        self._waiting = self._doubtful = (
            False  # lines that are not flushed yet; that a failed flush may have dropped
        )
        self.tampered = 0

    def open(self, torn_to: Path | None = None) -> list[Event]:
        """Read the file and get ready to append; a torn last line is set aside under `torn_to`.

        Returns its events. Raises DamagedLog where it is broken in the middle, StorageFailed where
        it cannot be opened.
        """
        try:
            raw = self.path.read_bytes() if self.path.exists() else b""
            reading = read(raw)
            if reading.problem:
                raise DamagedLog(f"{self.path}: {reading.problem}", FROM_COPY)
            self._size = len(raw) - len(reading.torn)
            self._descriptor = os.open(
                self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644
            )
            if reading.torn:
                if torn_to is not None:
                    atomic.write(
                        torn_to / f"{self.path.parent.name}-{self._size}.torn", reading.torn
                    )
                os.ftruncate(self._descriptor, self._size)
        except OSError as error:
            raise StorageFailed.of(error, self.path) from error
        self._seq = len(reading.events)
        self._previous = link(reading.last) if reading.events else GENESIS
        self._lines = raw[: self._size].splitlines(keepends=True)
        self._torn_to, self._stamp = torn_to, self._look()
        return reading.events

    def _look(self) -> tuple[int, int, int] | None:
        """Return what tells this file as forge left it from one that somebody else wrote to."""
        try:
            found = os.stat(self.path)
        except OSError:
            return None
        return found.st_ino, found.st_size, found.st_mtime_ns

    def restore(self) -> bool:
        """Where somebody else changed or removed the file, set that aside and write it again as it
        was; say whether so.

        Raises StorageFailed.
        """
        if self._look() == self._stamp:
            return False
        self.tampered += 1
        if self._torn_to is not None and self.path.exists():
            atomic.write(
                self._torn_to / f"{self.path.parent.name}-{self._seq}.changed",
                self.path.read_bytes(),
            )
        self._write_anew()
        return True

    def _write_anew(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
        atomic.write(self.path, b"".join(self._lines))
        self._descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
        self._waiting = self._doubtful = False
        self._stamp = self._look()

    @property
    def next_seq(self) -> int:
        """The seq of the event that is appended next."""
        return self._seq + 1

    @property
    def previous(self) -> str:
        """The `prev` of the event that is appended next."""
        return self._previous

    def append(self, event: Event, *, flush: bool = True) -> None:
        """Write an event and flush it to the disk, with those before it that wait for that.

        Without `flush` it waits for the next event: only where nothing is done in between. Raises
        StorageFailed; the event is not in the file then.
        """
        self.restore()
        if self._doubtful:
            self._write_anew()
        assert self._descriptor is not None
        line = event.encode()
        try:
            written = os.write(self._descriptor, line)
            if written != len(line):
                raise OSError(28, "no space left for a whole line")
            if flush:
                atomic.sync_data(self._descriptor)
        except OSError as error:
            self._withdraw()
            raise StorageFailed(
                f"the timeline {self.path} takes no more: {error.strerror}",
                "make room on the disk, then run `forge resume`",
            ) from error
        self._seq, self._previous, self._size = event.seq, link(line), self._size + len(line)
        self._lines.append(line)
        self._waiting = not flush
        self._stamp = self._look()

    def _withdraw(self) -> None:
        self._doubtful = self._waiting
        try:
            os.ftruncate(self._descriptor or 0, self._size)
        except OSError:
            return  # the torn line is set aside by the next reader
        self._stamp = self._look()

    def close(self) -> None:
        """Let go of the file, behind a flush of what waits for one."""
        if self._descriptor is not None:
            if self._waiting:
                with contextlib.suppress(OSError):
                    atomic.sync_data(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = None


def encode(events: Iterable[Event]) -> bytes:
    """Return events as the bytes of a log."""
    return b"".join(event.encode() for event in events)
