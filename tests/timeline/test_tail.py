"""The tail of a log: each event once, in order, however the file grows, moves or shrinks."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge.errors import DamagedLog
from forge.timeline.log import encode
from forge.timeline.tail import LogTail
from tests.timeline.run.samples import SAMPLES, chained

EVENTS = chained(SAMPLES[:6])
RAW = encode(EVENTS)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "timeline.jsonl"


def seqs(tail: LogTail, path: Path) -> list[int]:
    return [event.seq for event in tail.read(path)]


def test_a_log_that_grows_yields_each_event_once(path: Path) -> None:
    tail = LogTail()
    path.write_bytes(encode(EVENTS[:2]))
    assert seqs(tail, path) == [1, 2]
    assert seqs(tail, path) == []
    with path.open("ab") as file:
        file.write(EVENTS[2].encode() + EVENTS[3].encode())
    assert seqs(tail, path) == [3, 4]
    assert tail.last_type == EVENTS[3].type


def test_a_line_that_is_not_complete_waits_for_its_end(path: Path) -> None:
    tail, line = LogTail(), EVENTS[0].encode()
    path.write_bytes(line[:10])
    assert seqs(tail, path) == []
    with path.open("ab") as file:
        file.write(line[10:])
    assert seqs(tail, path) == [1]


def test_only_events_after_a_seq_are_yielded(path: Path) -> None:
    path.write_bytes(RAW)
    tail = LogTail(4)
    assert seqs(tail, path) == [5, 6]
    late = LogTail(99)
    assert seqs(late, path) == [] and late.last_type == EVENTS[-1].type


def test_another_file_of_the_same_log_yields_only_what_is_new(path: Path) -> None:
    tail = LogTail()
    path.write_bytes(encode(EVENTS[:3]))
    assert seqs(tail, path) == [1, 2, 3]
    other = path.with_name("other")
    other.write_bytes(RAW)
    other.replace(path)
    assert seqs(tail, path) == [4, 5, 6]


def test_a_log_that_became_shorter_is_read_again_without_repeats(path: Path) -> None:
    tail = LogTail()
    path.write_bytes(encode(EVENTS[:4]))
    assert seqs(tail, path) == [1, 2, 3, 4]
    path.write_bytes(encode(EVENTS[:2]))
    assert seqs(tail, path) == []
    path.write_bytes(RAW)
    tail.restart()
    assert seqs(tail, path) == [5, 6]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"junk\n", "line 1 is not an event"),
        (EVENTS[1].encode(), "line 1 does not follow"),
        (EVENTS[0].encode() * 2, "line 2 does not follow"),
        (EVENTS[0].encode() + EVENTS[2].encode(), "line 2 does not follow"),
        (RAW.replace(b'"edit"', b'"edot"', 1), "does not follow"),
    ],
)
def test_damage_is_an_error_with_the_advice(path: Path, raw: bytes, words: str) -> None:
    path.write_bytes(raw)
    with pytest.raises(DamagedLog, match=words) as caught:
        LogTail(advice="look here").read(path)
    assert caught.value.hint == "look here"


def test_a_missing_log_is_an_error_of_the_system(path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        LogTail().read(path)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, len(RAW)), max_size=6), st.integers(0, 6))
def test_any_way_of_growing_yields_the_same_events(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[int], after: int
) -> None:
    path = tmp_path_factory.mktemp("tail") / "timeline.jsonl"
    path.touch()
    tail, events, written = LogTail(after), [], 0
    for cut in [*sorted(cuts), len(RAW)]:
        with path.open("ab") as file:
            file.write(RAW[written:cut])
        written = cut
        events += tail.read(path)
    assert events == EVENTS[after:]
