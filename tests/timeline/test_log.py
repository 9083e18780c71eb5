"""The log: appended to whole or not at all, read as far as it is sound, whatever was cut off or
changed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge.errors import DamagedLog, StorageFailed
from forge.timeline.event import GENESIS, Event, link
from forge.timeline.log import Log, encode, read
from tests.timeline.run.samples import SAMPLES, chained

EVENTS = chained(SAMPLES[:4])
RAW = encode(EVENTS)
ENDS = [len(encode(EVENTS[:number])) for number in range(len(EVENTS) + 1)]


def whole_lines(size: int) -> int:
    return sum(end <= size for end in ENDS) - 1


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    made = Log(tmp_path / "run/timeline.jsonl")
    made.path.parent.mkdir()
    yield made
    made.close()


def filled(log: Log, raw: bytes) -> Log:
    log.path.write_bytes(raw)
    return log


def test_an_empty_file_is_a_valid_log() -> None:
    reading = read(b"")
    assert (reading.events, reading.torn, reading.last, reading.valid) == ([], b"", b"", True)


def test_a_log_reads_back() -> None:
    reading = read(RAW)
    assert reading.events == EVENTS
    assert reading.valid
    assert reading.last == EVENTS[-1].encode().rstrip(b"\n")


def test_a_log_cut_at_any_byte_is_read_up_to_its_last_whole_line() -> None:
    for cut in range(len(RAW) + 1):
        reading, number = read(RAW[:cut]), whole_lines(cut)
        assert reading.valid
        assert reading.events == EVENTS[:number]
        assert reading.torn == RAW[ENDS[number] : cut]


def test_a_byte_flipped_anywhere_is_noticed() -> None:
    for at in range(ENDS[-2]):
        flipped = bytearray(RAW)
        flipped[at] ^= 0x01
        reading, number = read(bytes(flipped)), whole_lines(at)
        assert not reading.valid, at
        assert reading.problem_line in (
            number + 1,
            number + 2,
        )  # the line itself, or the one that is chained to it
        assert reading.events == EVENTS[: len(reading.events)] or number + 1 == len(reading.events)


@pytest.mark.parametrize(
    ("lines", "number", "words"),
    [
        ([0, 1, 1, 2], 3, "seq 2 instead of 3"),
        ([0, 2, 3], 2, "seq 3 instead of 2"),
        ([1, 2], 1, "seq 2 instead of 1"),
        ([0, 2, 1], 2, "seq 3 instead of 2"),
    ],
)
def test_a_gap_or_a_repeat_is_named(lines: list[int], number: int, words: str) -> None:
    reading = read(encode(EVENTS[at] for at in lines))
    assert (reading.problem_line, len(reading.events)) == (number, number - 1)
    assert reading.problem is not None
    assert words in reading.problem


def altered(number: int, **changes: object) -> bytes:
    return encode(
        Event(**{**event.as_data(), **changes}) if at == number else event  # type: ignore[arg-type]
        for at, event in enumerate(EVENTS)
    )


@pytest.mark.parametrize(
    ("raw", "number", "words"),
    [
        (altered(1, actor="Eve"), 3, "does not follow from the line before"),
        (altered(2, prev="0" * 32), 3, "does not follow from the line before"),
        (altered(0, prev="1" * 32), 1, "does not follow from the line before"),
        (altered(1, v=2), 2, "written by a newer forge (version 2)"),
        (RAW.replace(b'"seq":2', b'"seq":"2"'), 2, "is not an event"),
        (EVENTS[0].encode() + b"\n" + EVENTS[1].encode(), 2, "is not an event"),
        (b"x\n" + RAW, 1, "is not an event"),
        (EVENTS[0].encode() + b"\0\0\n" + EVENTS[1].encode(), 2, "is not an event"),
        (RAW.replace(b"\n", b"\r\n"), 2, "does not follow"),
    ],
)
def test_a_broken_line_is_named(raw: bytes, number: int, words: str) -> None:
    reading = read(raw)
    assert (reading.valid, reading.problem_line) == (False, number)
    assert reading.problem is not None
    assert f"line {number} " in reading.problem
    assert words in reading.problem


NOISE = st.one_of(
    st.binary(max_size=60), st.text(st.sampled_from('{}[]":,1\n\0 ae'), max_size=60).map(str.encode)
)


@settings(deadline=None, max_examples=200)
@given(NOISE, st.integers(0, len(RAW)))
def test_noise_anywhere_keeps_all_events_but_the_last(noise: bytes, at: int) -> None:
    assert read(noise).events == []
    for raw in (RAW[:at] + noise, RAW[:at] + noise + RAW[at:]):
        events = read(raw).events
        assert events[:-1] == EVENTS[: max(len(events) - 1, 0)]


def test_a_new_log_takes_events(log: Log) -> None:
    assert log.open() == []
    assert (log.next_seq, log.previous) == (1, GENESIS)
    for event in EVENTS:
        assert (event.seq, event.prev) == (log.next_seq, log.previous)
        log.append(event)
    assert log.path.read_bytes() == RAW
    assert (log.next_seq, log.previous) == (5, link(EVENTS[-1].encode()))


def test_an_existing_log_takes_more_events(log: Log) -> None:
    assert filled(log, encode(EVENTS[:2])).open() == EVENTS[:2]
    assert (log.next_seq, log.previous) == (3, link(EVENTS[1].encode()))
    log.append(EVENTS[2])
    assert read(log.path.read_bytes()).events == EVENTS[:3]


def test_a_torn_end_at_any_byte_is_set_aside_and_overwritten(tmp_path: Path) -> None:
    for cut in range(ENDS[1] + 1, ENDS[2], 7):
        log = Log(tmp_path / f"{cut}/timeline.jsonl")
        log.path.parent.mkdir()
        assert filled(log, RAW[:cut]).open(tmp_path / "torn") == EVENTS[:1]
        log.append(EVENTS[1])
        log.close()
        assert log.path.read_bytes() == RAW[: ENDS[2]]
        assert (tmp_path / f"torn/{cut}-{ENDS[1]}.torn").read_bytes() == RAW[ENDS[1] : cut]


def test_nul_bytes_after_a_power_loss_are_set_aside(log: Log, tmp_path: Path) -> None:
    assert filled(log, RAW + b"\0" * 100).open(tmp_path / "torn") == EVENTS
    assert log.path.read_bytes() == RAW
    assert [path.read_bytes() for path in (tmp_path / "torn").iterdir()] == [b"\0" * 100]


def test_a_log_that_is_damaged_in_the_middle_is_refused_and_unchanged(log: Log) -> None:
    raw = altered(1, actor="Eve") + b"torn"
    with pytest.raises(DamagedLog, match="line 3") as caught:
        filled(log, raw).open()
    assert caught.value.exit_code == 1
    assert log.path.read_bytes() == raw


def short_write(monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:50]))


def no_write(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(descriptor: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", fail)


def no_sync(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fdatasync", fail, raising=False)


@pytest.mark.parametrize("inject", [short_write, no_write, no_sync])
def test_a_failed_append_is_undone_and_can_be_repeated(
    log: Log, inject: Callable[[pytest.MonkeyPatch], None]
) -> None:
    filled(log, encode(EVENTS[:2])).open()
    with pytest.MonkeyPatch.context() as patched:
        inject(patched)
        with pytest.raises(StorageFailed, match="cannot append") as caught:
            log.append(EVENTS[2])
    assert caught.value.hint
    assert log.path.read_bytes() == encode(EVENTS[:2])
    assert log.next_seq == 3
    log.append(EVENTS[2])
    assert read(log.path.read_bytes()).events == EVENTS[:3]


def test_a_failed_append_that_cannot_be_undone_leaves_a_torn_end(log: Log, tmp_path: Path) -> None:
    filled(log, encode(EVENTS[:2])).open()

    def fail(*words: object) -> None:
        raise OSError(5, "Input/output error")

    with pytest.MonkeyPatch.context() as patched:
        short_write(patched)
        patched.setattr(os, "ftruncate", fail)
        with pytest.raises(StorageFailed):
            log.append(EVENTS[2])
    log.close()
    again = Log(log.path)
    assert again.open(tmp_path / "torn") == EVENTS[:2]
    again.append(EVENTS[2])
    again.close()
    assert log.path.read_bytes() == encode(EVENTS[:3])


def test_an_append_is_one_write_and_one_flush(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    write = os.write

    def watched(descriptor: int, data: bytes) -> int:
        done.append("write")
        return write(descriptor, data)

    log.open()
    monkeypatch.setattr(os, "write", watched)
    monkeypatch.setattr(os, "fdatasync", lambda descriptor: done.append("flush"), raising=False)
    for event in EVENTS:
        log.append(event)
    assert done == ["write", "flush"] * len(EVENTS)


def test_unflushed_events_are_flushed_with_the_next_one_or_at_the_end(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[bytes] = []
    log.open()
    monkeypatch.setattr(
        os, "fdatasync", lambda descriptor: flushed.append(log.path.read_bytes()), raising=False
    )
    for event, flush in zip(EVENTS, (False, False, True, False), strict=True):
        log.append(event, flush=flush)
        assert read(log.path.read_bytes()).events == EVENTS[: event.seq]
    log.close()
    assert flushed == [encode(EVENTS[:3]), encode(EVENTS)]


def test_events_of_a_failed_flush_are_written_again(log: Log) -> None:
    """A flush that failed may have dropped the lines before the last one too, and the next flush
    would not say so.
    """
    log.open()
    log.append(EVENTS[0], flush=False)
    before = log.path.stat().st_ino
    with pytest.MonkeyPatch.context() as patched:
        no_sync(patched)
        with pytest.raises(StorageFailed):
            log.append(EVENTS[1])
    log.append(EVENTS[1])
    assert log.path.stat().st_ino != before and log.tampered == 0
    assert log.path.read_bytes() == encode(EVENTS[:2])


def test_a_log_that_cannot_be_opened_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "timeline.jsonl").mkdir()
    with pytest.raises(StorageFailed):
        Log(tmp_path / "timeline.jsonl").open()
    with pytest.raises(StorageFailed):
        Log(tmp_path / "nowhere/timeline.jsonl").open()


def test_closing_twice_does_no_harm(log: Log) -> None:
    log.open()
    log.close()
    log.close()


def opened(log: Log, count: int = 2) -> Log:
    filled(log, encode(EVENTS[:count])).open(log.path.parent / "torn")
    return log


def kept_aside(log: Log) -> list[bytes]:
    folder = log.path.parent / "torn"
    return [path.read_bytes() for path in sorted(folder.iterdir())] if folder.is_dir() else []


def test_an_untouched_log_is_not_restored(log: Log) -> None:
    inode = opened(log).path.stat().st_ino
    assert log.restore() is False
    log.append(EVENTS[2])
    assert log.restore() is False
    assert (log.tampered, log.path.stat().st_ino) == (0, inode)


@pytest.mark.parametrize(
    "tamper",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(RAW[:40]),
        lambda path: path.write_bytes(encode(EVENTS[:2]) + b"more\n"),
        lambda path: path.write_bytes(path.read_bytes().replace(b"Make", b"Bake")),
        lambda path: (path.unlink(), path.write_bytes(encode(EVENTS[:2]))),
    ],
    ids=["emptied", "cut", "appended", "edited", "replaced"],
)
def test_a_log_that_another_process_changed_is_restored(
    log: Log, tamper: Callable[[Path], object]
) -> None:
    tamper(opened(log).path)
    changed = log.path.read_bytes()
    assert log.restore() is True
    assert log.path.read_bytes() == encode(EVENTS[:2])
    assert kept_aside(log) == [changed]
    assert log.tampered == 1 and log.restore() is False


def test_a_removed_log_is_written_again(log: Log) -> None:
    opened(log).path.unlink()
    assert log.restore() is True
    assert log.path.read_bytes() == encode(EVENTS[:2]) and kept_aside(log) == []


def test_an_append_goes_to_the_restored_log(log: Log) -> None:
    opened(log).path.write_bytes(b"junk")
    log.append(EVENTS[2])
    assert log.path.read_bytes() == encode(EVENTS[:3])
    assert (log.next_seq, log.previous) == (4, link(EVENTS[2].encode()))


def test_the_hint_of_a_damaged_log_is_that_of_its_owner(log: Log) -> None:
    filled(log, b"junk\n")
    with pytest.raises(DamagedLog, match="line 1 is not an event") as caught:
        log.open(advice="ask the owner")
    assert caught.value.hint == "ask the owner"
