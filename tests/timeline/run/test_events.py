"""Events: the line that each of them is, and the typed data that it reads back as."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from forge.timeline.event import GENESIS, KEYS, Data, Event, link
from forge.timeline.log import encode, read
from forge.timeline.run import events as ev
from forge.timeline.run.events import RUN_EVENTS
from tests.conftest import ROOT
from tests.timeline.run.samples import DATA, SAMPLES, chained

GOLDEN = ROOT / "tests/golden/events.jsonl"
EVENT = chained(SAMPLES[:1])[0]


def test_there_is_a_sample_of_every_type() -> None:
    assert {sample.type for sample in SAMPLES} == RUN_EVENTS.classes.keys()
    assert {*ev.__all__} - {"RUN_EVENTS"} == {cls.__name__ for cls in RUN_EVENTS.classes.values()}


def test_every_line_is_the_golden_one() -> None:
    """The golden file is the contract with every existing timeline: if this fails, the code is
    wrong.
    """
    golden = GOLDEN.read_bytes()
    for written, expected in zip(
        encode(chained(SAMPLES)).splitlines(), golden.splitlines(), strict=True
    ):
        assert written.decode() == expected.decode()
    assert encode(chained(SAMPLES)) == golden


def test_the_golden_log_is_valid_and_reads_back() -> None:
    reading = read(GOLDEN.read_bytes())
    assert reading.valid
    assert not reading.torn
    assert reading.events == chained(SAMPLES)
    assert [RUN_EVENTS.typed(event) for event in reading.events] == SAMPLES


def test_a_line_has_the_twelve_keys_in_their_order() -> None:
    line = EVENT.encode()
    assert list(json.loads(line)) == list(KEYS)
    assert line.startswith(
        b'{"v":1,"seq":1,"ts":"2026-11-20T02:55:49.000001Z","type":"mission_started","run":'
    )
    assert line.endswith(f'"prev":"{GENESIS}"}}\n'.encode())
    assert EVENT.as_data() == json.loads(line)


def test_a_link_is_the_start_of_the_hash_of_the_line_before_without_its_line_feed() -> None:
    assert link(b"abc\n") == link(b"abc") == "ba7816bf8f01cfea414140de5dae2223"
    assert chained(SAMPLES[:2])[1].prev == link(EVENT.encode())


@settings(deadline=None, max_examples=300)
@given(DATA)
def test_any_data_survives_its_line(data: Data) -> None:
    (event,) = chained([data])
    again = Event.decode(event.encode())
    assert again == event
    assert RUN_EVENTS.typed(again) == data


def test_a_keyword_of_python_can_be_a_key() -> None:
    (event,) = chained([ev.StageChanged("edit", "test")])
    assert event.data == {"from": "edit", "to": "test"}
    assert RUN_EVENTS.typed(event) == ev.StageChanged("edit", "test")


def test_an_unknown_type_is_kept_and_untyped() -> None:
    event = replace(EVENT, type="coffee_made", data={"cups": 2})
    assert RUN_EVENTS.typed(event) is None
    assert Event.decode(event.encode()) == event


def test_unknown_fields_of_a_newer_forge_are_ignored() -> None:
    event = chained([ev.StepCompleted(2)])[0]
    assert RUN_EVENTS.typed(
        replace(event, data={**event.data, "mood": "good"})
    ) == ev.StepCompleted(2)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.type)
def test_data_with_missing_or_wrong_fields_is_not_typed(sample: Data) -> None:
    (event,) = chained([sample])
    for key in event.data:
        wrong = replace(event, data={**event.data, key: {"a": object}})
        assert RUN_EVENTS.typed(wrong) is None or isinstance(event.data[key], dict)
    assert RUN_EVENTS.typed(replace(event, data={})) is None


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"1",
        b"{",
        b'"x"',
        b"\xff",
        b"[" * 100_000,
        b"1" * 5000,
        b'{"v":' * 50_000,
        EVENT.encode().replace(b'"prev"', b'"last"'),
        EVENT.encode().replace(b'"seq":1', b'"seq":"1"'),
        EVENT.encode().replace(b'"seq":1', b'"seq":true'),
        EVENT.encode().replace(b'"v":1', b'"v":"x"'),
        EVENT.encode().replace(b'"step":null', b'"step":[]'),
        EVENT.encode().replace(b'"attempt":null', b'"attempt":"1"'),
        EVENT.encode().replace(b'"evidence":[]', b'"evidence":["x"]'),
        EVENT.encode().replace(b'"mission_started"', b"null"),
        EVENT.encode().replace(b'"actor":"Ada <ada@example.org>"', b'"actor":null'),
    ],
)
def test_a_line_that_is_not_an_event_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Event.decode(line)


def test_more_keys_than_twelve_are_read() -> None:
    assert Event.decode(EVENT.encode().replace(b'{"v":1', b'{"mood":"good","v":1')) == EVENT
