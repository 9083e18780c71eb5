"""The hash chain of a timeline, line by line."""

from __future__ import annotations

import pytest

from forge.check.replay.chain import read_lines
from forge.check.replay.record import Report
from tests.check.replay.units import RUN, Log, messages

LINES = Log().start().add("run_interrupted", last_seq=1).add("run_interrupted", last_seq=2).lines


def read(lines: list[bytes], run: str = RUN) -> tuple[int, list[tuple[int, str]], Report]:
    report = Report()
    events = read_lines(lines, run, report)
    return len(events), messages(report), report


def test_an_unbroken_chain() -> None:
    assert read(LINES)[:2] == (3, [])
    assert read([])[:2] == (0, [])


@pytest.mark.parametrize("line", [b"", b"x", b"{}", b"[1]", b'{"v":1}', b"\xff\xfe", b"null"])
def test_a_line_that_is_not_an_event(line: bytes) -> None:
    count, problems, _ = read([LINES[0], line, LINES[2]])
    assert count == 2
    assert problems[0][0] == 2 and problems[0][1].startswith("the line is not an event: ")


def test_a_missing_line_is_a_gap() -> None:
    _, problems, _ = read([LINES[0], LINES[2]])
    assert (3, "a gap: seq 3 instead of 2") in problems
    assert any("the previous line was changed" in text for _, text in problems)


def test_a_repeated_line() -> None:
    _, problems, _ = read([LINES[0], LINES[0], LINES[1]])
    assert (1, "a repeat: seq 1 instead of 2") in problems


def test_a_changed_line_is_reported_at_the_next_one() -> None:
    changed = LINES[1].replace(b'"last_seq":1', b'"last_seq":9')
    count, problems, _ = read([LINES[0], changed, LINES[2]])
    assert count == 3
    assert problems == [
        (3, "the previous line was changed, removed or inserted: `prev` is not its hash")
    ]


def test_an_event_of_another_run() -> None:
    _, problems, _ = read(LINES, "another")
    assert problems == [(seq, f"it belongs to another run, {RUN}") for seq in (1, 2, 3)]


def test_data_that_does_not_fit_its_type() -> None:
    lines = Log().start(steps_count="many").lines
    assert read(lines)[1] == [(1, "its data does not fit mission_started")]


def test_an_unknown_type_is_fine() -> None:
    assert read(Log().start().add("future_event", anything=[1]).lines)[1] == []


def test_a_newer_version_is_left_unchecked() -> None:
    newer = LINES[0].replace(b'"v":1', b'"v":99', 1)
    _, problems, report = read([newer])
    assert problems == []
    assert [(remark.seq, remark.message) for remark in report.unchecked] == [
        (1, "a newer forge (version 99) wrote it")
    ]


def test_a_remark_appears_once() -> None:
    report = Report()
    for _ in range(3):
        report.add_problem(1, "same")
        report.add_unchecked(1, "same")
    assert messages(report) == [(1, "same")] and len(report.unchecked) == 1
    assert report.problems[0].as_data() == {"seq": 1, "message": "same"}
