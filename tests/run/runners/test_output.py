"""What is read from the JSON lines of a runner."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge.planning.settings import RunnerSettings
from forge.run.processes.output import Output
from forge.run.processes.supervise import Ended, Outcome
from forge.run.runners import output
from forge.run.runners.output import PARSERS, JsonLines

LINES = RunnerSettings(output="json-lines")


def fed(*records: Any, runner: RunnerSettings = LINES) -> JsonLines:
    parser = JsonLines(runner)
    for record in records:
        parser.feed(record if isinstance(record, bytes) else json.dumps(record).encode() + b"\n")
    return parser


def outcome(ended: Ended = "exit", code: int = 0) -> Outcome:
    return Outcome(ended, code, 1, Output(100))


RESULT = {"type": "result", "result": "All done", "session_id": "abc-1"}
FAILED = {"type": "result", "is_error": True, "result": "It did not build"}


@pytest.mark.parametrize(
    ("records", "ended", "reason"),
    [
        ([RESULT], "exit", ""),
        ([FAILED], "result", "its result says that it failed: It did not build"),
        ([{"type": "message"}], "result", "never said that it was done"),
        ([], "result", "never said that it was done"),
        ([FAILED, RESULT], "exit", ""),
        ([RESULT, FAILED], "result", "it failed"),
        ([b"no json\n", b"[1]\n", b"{broken\n", RESULT], "exit", ""),
    ],
)
def test_the_last_result_decides(records: list[Any], ended: str, reason: str) -> None:
    judged = fed(*records).judge(outcome())
    assert judged.ended == ended
    assert reason in judged.reason


@pytest.mark.parametrize(("ended", "code"), [("exit", 1), ("timeout", 143), ("not_found", 127)])
def test_a_failure_never_becomes_a_success(ended: Ended, code: int) -> None:
    judged = fed(RESULT).judge(outcome(ended, code))
    assert (judged.ended, judged.success) == (ended, False)
    assert judged.session == "abc-1"


@pytest.mark.parametrize(
    ("records", "shown"),
    [
        ([{"type": "system"}, FAILED], "exit status 1: It did not build"),
        ([{"error": {"message": "no credit"}}, {"type": "x"}], "exit status 1: no credit"),
        ([{"type": "system"}], '{"type": "system"}'),
        ([b"panic: it broke\n"], "panic: it broke"),
    ],
)
def test_a_failure_is_told_in_words_for_people(records: list[Any], shown: str) -> None:
    raw = Output(10_000)
    for record in records:
        raw.add(record if isinstance(record, bytes) else json.dumps(record).encode() + b"\n")
    judged = fed(*records).judge(Outcome("exit", 1, 1, raw))
    assert judged.summary().endswith(shown)


def test_without_patterns_of_success_the_exit_status_is_enough() -> None:
    runner = RunnerSettings(output="json-lines", done=())
    assert fed({"type": "message"}, runner=runner).judge(outcome()).success


def test_a_last_line_without_an_end_counts() -> None:
    assert fed(json.dumps(RESULT).encode()).judge(outcome()).success


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 200))
def test_lines_are_read_from_chunks_of_any_size(size: int) -> None:
    records = [{"type": "message", "result": "größe"}, RESULT]
    data = "\n".join(json.dumps(record, ensure_ascii=False) for record in records).encode()
    parser = JsonLines(LINES)
    for at in range(0, len(data), size):
        parser.feed(data[at : at + size])
    judged = parser.judge(outcome())
    assert (judged.session, judged.success, parser.line) == ("abc-1", True, "All done")


@pytest.mark.parametrize(
    ("record", "line"),
    [
        ({"type": "tool", "result": "Reading"}, "Reading"),
        ({"type": "tool"}, "tool"),
        ({"error": {"message": "No quota"}}, "No quota"),
        ({"result": 3}, ""),
        ({"result": "x" * 3000}, "x" * 2000),
    ],
)
def test_the_line_to_show(record: dict[str, object], line: str) -> None:
    assert fed(record).line == line


@pytest.mark.parametrize("session", ["", "a b", "-x", "a" * 300, 3, None, "a\nb"])
def test_a_session_that_is_not_a_word_is_ignored(session: object) -> None:
    assert fed({"session_id": "first"}, {"session_id": session}).session == "first"


def test_a_line_that_is_too_long_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "_LONGEST_LINE", 100)
    parser = JsonLines(LINES)
    for _ in range(50):
        parser.feed(b'{"type": ')
    parser.feed(b"\n")
    parser.feed(json.dumps(RESULT).encode() + b"\n")
    assert parser.judge(outcome()).success


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ("type=result", True),
        ("type=result status=ok", True),
        ("type=result status=error", False),
        ("inner.count=3", True),
        ("inner.flag=true", True),
        ("inner.none=null", True),
        ("missing.key=x", False),
        ("", False),
    ],
)
def test_patterns(pattern: str, matches: bool) -> None:
    record = {"type": "result", "status": "ok", "inner": {"count": 3, "flag": True, "none": None}}
    assert output._matches(record, pattern) is matches


def test_plain_text_decides_nothing() -> None:
    parser = PARSERS["text"](RunnerSettings())
    parser.feed(json.dumps(FAILED).encode())
    given_outcome = outcome()
    assert parser.judge(given_outcome) is given_outcome
    assert parser.line == ""
