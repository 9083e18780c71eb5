"""The record of a run as replay reads it, and the report of what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from msgspec import Struct, field

from forge.records.files import RunFiles
from forge.timeline.event import Event
from forge.timeline.run.event import RunEvent
from forge.timeline.run.events import RUN_EVENTS

D = TypeVar("D", bound=RunEvent)


class Remark(Struct, frozen=True):
    """A message about one event; `seq` is 0 if it is about the run as a whole."""

    seq: int
    message: str

    def as_data(self) -> dict[str, object]:
        """Return the remark as JSON shows it."""
        return {"seq": self.seq, "message": self.message}


class Record(RunFiles, frozen=True):
    """The files of a run with all readable events, even those after a problem.

    `folder` is the folder that contains `evidence/`.
    """

    events: Sequence[Event]
    folder: Path


class Report(Struct):
    """What is wrong with a record, and what could not be checked here. No remark appears twice."""

    problems: list[Remark] = field(default_factory=list)
    unchecked: list[Remark] = field(default_factory=list)

    def add_problem(self, seq: int, message: str) -> None:
        self._add(self.problems, Remark(seq, message))

    def add_unchecked(self, seq: int, message: str) -> None:
        self._add(self.unchecked, Remark(seq, message))

    @staticmethod
    def _add(remarks: list[Remark], remark: Remark) -> None:
        if remark not in remarks:
            remarks.append(remark)


def data_of(event: Event, cls: type[D]) -> D | None:
    """Return an event's data if the event is of that type and its data fits; otherwise None."""
    data = RUN_EVENTS.typed(event) if event.type == cls.type else None
    return data if isinstance(data, cls) else None
