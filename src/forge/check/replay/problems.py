"""What replay works with, and what it has to say."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from msgspec import Struct, field

from forge.records.card import RunCard
from forge.timeline.event import Data, Event, typed

D = TypeVar("D", bound=Data)


class Remark(Struct, frozen=True):
    """Something about one event; `seq` is 0 for what is about the run as a whole."""

    seq: int
    message: str

    def as_data(self) -> dict[str, object]:
        """Return what JSON shows of it."""
        return {"seq": self.seq, "message": self.message}


class Record(Struct, frozen=True):
    """A run as its files tell it: the card, the lines of the log without their LF, the events that
    could be read.

    `card_data` are the bytes of `run.yaml`, `folder` is where `evidence/` lies.
    """

    card: RunCard
    card_data: bytes
    lines: Sequence[bytes]
    events: Sequence[Event]
    folder: Path

    def upto(self, seq: int) -> bytes:
        """Return the bytes of the log up to and with an event."""
        return b"".join(line + b"\n" for line in self.lines[:seq])


class Account(Struct):
    """What is wrong with a record, and what could not be looked at here."""

    problems: list[Remark] = field(default_factory=list)
    unchecked: list[Remark] = field(default_factory=list)

    def wrong(self, seq: int, message: str) -> None:
        """Name a problem, once."""
        self._add(self.problems, Remark(seq, message))

    def unknown(self, seq: int, message: str) -> None:
        """Name something that cannot be checked here, once."""
        self._add(self.unchecked, Remark(seq, message))

    @staticmethod
    def _add(remarks: list[Remark], remark: Remark) -> None:
        if remark not in remarks:
            remarks.append(remark)


def data_of(event: Event, cls: type[D]) -> D | None:
    """Return an event's data where it is of a type and fits it."""
    found = typed(event) if event.type == cls.type else None
    return found if isinstance(found, cls) else None
