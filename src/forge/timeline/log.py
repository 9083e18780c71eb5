"""A log: a file of JSON lines, each chained to the line before, with one writer that appends."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from forge import atomic, regular
from forge.errors import DamagedLog, StorageFailed
from forge.text import jsonl
from forge.timeline.event import GENESIS, VERSION, Event, decode_all, link


class Reading(Struct, frozen=True):
    """The content of a log: its events up to the first problem, and the problem with its line.

    `torn` is the end of the file after the last LF, `last` the line of the last event.
    """

    events: list[Event]
    torn: bytes
    last: bytes
    problem: str | None = None
    problem_line: int = 0

    @property
    def valid(self) -> bool:
        """Whether every whole line is an event that follows from the line before."""
        return self.problem is None


def read(raw: bytes) -> Reading:
    """Read a log's bytes. Never raises: reading stops at the first line with a problem."""
    lines, torn = jsonl.split(raw)
    events = _read_fast(lines, raw[: len(raw) - len(torn)])
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


def _read_fast(lines: list[bytes], raw: bytes) -> list[Event] | None:
    """Return the events, decoded in one call; None if a line is not exactly as forge writes it."""
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
        return f"line {number} is not an event: {error}", None
    if event.v > VERSION:
        return f"line {number} was written by a newer forge (version {event.v})", None
    if event.seq != number:
        return f"line {number} has seq {event.seq} instead of {number}", event
    if event.prev != previous:
        problem = f"line {number} does not follow from the line before: its `prev` is not that"
        return f"{problem} line's hash", event
    return None, event


class Log:
    """A log open for appending. Each append is one write; a failed one leaves the file as it was.

    Each append is flushed by one fdatasync; events that directly follow each other can share it.
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
        self._unflushed = False
        self._doubtful = False  # a failed flush may have dropped lines that were not flushed yet
        self.tampered = 0

    def open(self, torn_to: Path | None = None, advice: str = "") -> list[Event]:
        """Return the events and prepare for appending; a torn last line is set aside in `torn_to`.

        Raises DamagedLog, with `advice` as its hint, if a line before the last one is damaged, and
        StorageFailed if the file cannot be opened.
        """
        try:
            raw = _bytes_of(self.path)
            reading = read(raw)
            if reading.problem:
                raise DamagedLog(f"{self.path}: {reading.problem}", advice)
            self._size = len(raw) - len(reading.torn)
            self._descriptor = regular.open_regular(
                self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND
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
        self._torn_to, self._stamp = torn_to, self._current_stamp()
        return reading.events

    def _current_stamp(self) -> tuple[int, int, int] | None:
        """Return what changes if another process writes to the file or replaces it."""
        try:
            status = os.lstat(self.path)
        except OSError:
            return None
        return status.st_ino, status.st_size, status.st_mtime_ns

    def restore(self) -> bool:
        """Undo a change of the file by another process, and return whether there was one.

        The changed file is set aside. Raises StorageFailed.
        """
        if self._current_stamp() == self._stamp:
            return False
        self.tampered += 1
        if self._torn_to is not None and regular.is_regular(self.path):
            atomic.write(
                self._torn_to / f"{self.path.parent.name}-{self._seq}.changed", _bytes_of(self.path)
            )
        self._rewrite()
        return True

    def _rewrite(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
        atomic.write(self.path, b"".join(self._lines))
        self._descriptor = regular.open_regular(self.path, os.O_WRONLY | os.O_APPEND)
        self._unflushed = self._doubtful = False
        self._stamp = self._current_stamp()

    @property
    def next_seq(self) -> int:
        """The seq of the next event."""
        return self._seq + 1

    @property
    def previous(self) -> str:
        """The `prev` of the next event."""
        return self._previous

    def append(self, event: Event, *, flush: bool = True) -> None:
        """Write an event and flush it to the disk, with all earlier ones that are not flushed yet.

        Pass `flush=False` only if the next event follows before anything else is done. Raises
        StorageFailed; then the event is not in the file.
        """
        self.restore()
        if self._doubtful:
            self._rewrite()
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
            place = f"cannot append to the timeline {self.path}"
            raise StorageFailed.of(error, place) from error
        self._seq, self._previous, self._size = event.seq, link(line), self._size + len(line)
        self._lines.append(line)
        self._unflushed = not flush
        self._stamp = self._current_stamp()

    def _withdraw(self) -> None:
        self._doubtful = self._unflushed
        try:
            os.ftruncate(self._descriptor or 0, self._size)
        except OSError:
            return  # the torn line is set aside by the next reader
        self._stamp = self._current_stamp()

    def close(self) -> None:
        """Flush what is not flushed yet, and close the file."""
        if self._descriptor is not None:
            if self._unflushed:
                with contextlib.suppress(OSError):
                    atomic.sync_data(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = None


def _bytes_of(path: Path) -> bytes:
    """Return the bytes of a log, none if it is missing. Raises OSError."""
    try:
        return regular.read(path)
    except FileNotFoundError:
        return b""


def encode(events: Iterable[Event]) -> bytes:
    """Return events as the bytes of a log."""
    return b"".join(event.encode() for event in events)
