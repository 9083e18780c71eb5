"""Event families: each kind of log has its own event types, and none knows those of another."""

from __future__ import annotations

from typing import ClassVar

import pytest
from msgspec import field

from forge.timeline import log
from forge.timeline.event import GENESIS, Data, Event, EventFamily, decode_all, link
from forge.timeline.run.events import RUN_EVENTS, StepCompleted


class KettleFilled(Data, frozen=True):
    type: ClassVar[str] = "kettle_filled"
    liters: float


class TeaPoured(Data, frozen=True):
    type: ClassVar[str] = "tea_poured"
    cups: int
    guests: list[str] = field(default_factory=list)


class StepBrewed(Data, frozen=True):
    """A type whose name a run uses too, with other fields."""

    type: ClassVar[str] = "step_completed"
    leaves: str


TEA = EventFamily((KettleFilled, TeaPoured, StepBrewed))


def event(data: Data, seq: int = 1, prev: str = GENESIS) -> Event:
    return Event(
        seq,
        "2026-11-20T02:55:49Z",
        data.type,
        "tea-1",
        None,
        None,
        "Ada",
        "x",
        data.as_data(),
        [],
        prev,
    )


def test_a_family_reads_the_data_of_its_own_types() -> None:
    assert TEA.typed(event(TeaPoured(2, ["Ada"]))) == TeaPoured(2, ["Ada"])
    assert TEA.typed(event(KettleFilled(1.5))) == KettleFilled(1.5)


def test_families_do_not_know_each_others_types() -> None:
    assert RUN_EVENTS.typed(event(TeaPoured(2))) is None
    assert TEA.typed(Event.decode(event(StepCompleted(1)).encode())) is None, "other fields"
    assert RUN_EVENTS.typed(event(StepCompleted(1))) == StepCompleted(1)
    assert TEA.typed(event(StepBrewed("green"))) == StepBrewed("green")


def test_the_log_takes_the_events_of_any_family() -> None:
    first = event(KettleFilled(1.0))
    second = event(TeaPoured(1), 2, link(first.encode()))
    reading = log.read(log.encode([first, second]))
    assert reading.valid
    assert [TEA.typed(entry) for entry in reading.events] == [KettleFilled(1.0), TeaPoured(1)]


def test_a_type_belongs_to_one_class_of_a_family() -> None:
    with pytest.raises(ValueError, match="StepBrewed needs an event type of its own"):
        EventFamily((StepCompleted, StepBrewed))
    with pytest.raises(ValueError, match="Data needs an event type of its own"):
        EventFamily((Data,))


@pytest.mark.parametrize(
    ("data", "typed"),
    [
        ({"cups": 2}, TeaPoured(2)),
        ({"cups": 2, "mood": "good"}, TeaPoured(2)),
        ({"cups": "2"}, None),
        ({}, None),
        ({"cups": 2, "guests": "Ada"}, None),
    ],
)
def test_unknown_fields_are_ignored_and_wrong_ones_are_not_data(
    data: dict[str, object], typed: Data | None
) -> None:
    line = event(TeaPoured(2))
    raw = Event(line.seq, line.ts, line.type, line.run, None, None, "Ada", "x", data, [], GENESIS)
    assert TEA.typed(raw) == typed


def test_many_lines_are_read_together_only_if_all_are_written_by_this_forge() -> None:
    lines = [event(TeaPoured(1)).encode(), event(TeaPoured(2), 2).encode()]
    events = decode_all([line.rstrip() for line in lines], b"".join(lines))
    assert events is not None
    assert [entry.data["cups"] for entry in events] == [1, 2]
    foreign = lines[1].replace(b'{"v":1,', b'{ "v":1,')
    assert decode_all([lines[0], foreign], lines[0] + foreign) is None
    assert decode_all([lines[0], b'{"v":1,"seq":true'], lines[0]) is None
