"""A run while it is at work: one line that changes at a terminal, plain lines elsewhere."""

from __future__ import annotations

import io
import re
import sys

import pytest

from forge.front.cli import status_line
from forge.front.cli.output import redraw
from forge.front.cli.status_line import StatusLine, fitted, place
from forge.run.processes.output import Output
from forge.timeline.event import Event
from forge.timeline.run.state import RunState, StepState
from tests.conftest import Sandbox
from tests.run.plans import Case, Task, auto, writes
from tests.run.terminal import at_terminal

TOKEN = "ghp_" + "a1B2c3D4e5F6" * 3
TALK = (
    f"print('reading \\x1b[31mred\\x1b[0m {TOKEN}', flush=True); import time; time.sleep(0.8); "
    "print('half', end='', flush=True); time.sleep(0.6)"
)


def talking(sandbox: Sandbox) -> Sandbox:
    check = auto("echo verifying by words; sleep 0.5; test -s a.txt")
    tasks = [Task("Task 1: Write it", "a.txt", check), Task("Task 2: Test it", "", auto("true"))]
    return Case(sandbox, tasks, {1: f"{writes('a.txt', 'x')}; {TALK}"}, files=("a.txt",)).set_up()


def test_at_a_terminal_one_line_shows_step_stage_time_and_output(sandbox: Sandbox) -> None:
    sandbox.env["TERM"] = "xterm"
    _, shown = at_terminal(talking(sandbox), ["execute", "01-01", "--approve"], b"")
    drawn = [part.split("\n")[0] for part in re.split(r"\r\x1b\[K", shown)[1:]]
    lines = [part for part in drawn if part.strip() and "0:0" in part]
    expected = (
        r" +\[1/2\] edit, worker 0:0\d  reading <U\+001B>\[31mred<U\+001B>\[0m \[secret remov.*"
    )
    assert any(re.fullmatch(expected, line) for line in lines), lines
    assert any(
        re.match(r" +\[1/2\] edit, verifying 0:0\d  verifying by words", line) for line in lines
    ), lines
    assert all(len(line) < 80 and "half" not in line for line in lines), (
        "it fits the terminal, and shows whole lines"
    )
    assert TOKEN not in shown and "\x1b[31mred" not in shown
    assert "\r\x1b[K      ok: echo verifying" in shown, (
        "the line is removed before the next one is printed"
    )


def test_without_a_terminal_there_are_plain_lines(sandbox: Sandbox) -> None:
    result = talking(sandbox).forge(
        "execute", "01-01", "--approve", env={"TERM": "xterm", "FORCE_COLOR": "1"}
    )
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", result.err + result.out)
    steps = [line for line in result.err.splitlines() if line.startswith("[")]
    assert steps == ["[1/2] Task 1: Write it (edit)", "[2/2] Task 2: Test it (test)"]
    assert "reading" not in result.err, "what a runner says is evidence"


CLEAR = "\r\x1b[K"
TIME = "2026-01-02T03:04:05.000Z"
RUNNER = {"runner": "worker", "command": [], "prompt_sha256": "", "checkpoint_commit": None}


class TerminalStream(io.StringIO):
    """Standard error as a terminal."""

    def isatty(self) -> bool:
        return True


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    moved = Clock()
    monkeypatch.setattr(status_line, "time", moved)
    monkeypatch.setenv("TERM", "xterm")
    return moved


def output(text: str) -> Output:
    printed = Output(1000)
    printed.add(text.encode())
    return printed


def event(event_type: str, **data: object) -> Event:
    return Event(1, TIME, event_type, "run-1", "01-01/1", 1, "Ada", "01A", data, [], "")


def state(status: str = "running") -> RunState:
    steps = [StepState("01-01/1", 1, "Write", "edit"), StepState("01-01/2", 2, "Test", "test")]
    for step in steps:
        step.status = status  # type: ignore[assignment]
    return RunState("run-1", steps)


def test_the_line_shows_the_step_the_time_and_the_latest_output(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = TerminalStream()
    monkeypatch.setattr(sys, "stderr", stream)
    line = StatusLine()
    line.on_event(event("runner_started", **RUNNER), state())
    stream.truncate(0)
    clock.now += 75
    line.on_output(output("first\nsecond\n"))
    assert stream.getvalue().lstrip("\0") == f"{CLEAR}      [1/2] edit, worker 1:15  second"


def test_the_line_is_drawn_some_times_a_second(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = TerminalStream()
    monkeypatch.setattr(sys, "stderr", stream)
    line = StatusLine()
    for _ in range(10):
        line.on_output(output("x\n"))
        clock.now += 0.125
    assert stream.getvalue().count(CLEAR) == 5


def test_the_line_is_removed_once_nothing_is_at_work(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = TerminalStream()
    monkeypatch.setattr(sys, "stderr", stream)
    line = StatusLine()
    line.on_output(output("x\n"))
    line.on_output(None)
    assert stream.getvalue().endswith(CLEAR)
    drawn = stream.getvalue()
    line.on_output(None)
    assert stream.getvalue() == drawn, "it is removed once"


@pytest.mark.parametrize(("terminal", "term"), [(False, "xterm"), (True, "dumb")])
def test_without_a_capable_terminal_there_is_no_line(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, terminal: bool, term: str
) -> None:
    stream = TerminalStream() if terminal else io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", term)
    StatusLine().on_output(output("x\n"))
    assert stream.getvalue() == ""


def test_a_closed_stream_does_not_disturb_a_run(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = TerminalStream()
    monkeypatch.setattr(sys, "stderr", stream)
    redraw("x")
    stream.close()
    redraw("x")


@pytest.mark.parametrize(
    ("status", "shown"), [("running", "[1/2] edit"), ("completed", "after the last step")]
)
def test_the_place_of_a_run(status: str, shown: str) -> None:
    assert place(state(status)) == shown


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("short", 20, "short"),
        ("exactly ten", 11, "exactly ten"),
        ("exactly ten", 7, "exactly"),
        ("a word that ends", 7, "a word"),
        ("全全全全", 8, "全全全全"),
        ("全全全全", 5, "全全"),
        ("", 0, ""),
    ],
)
def test_a_text_is_cut_to_the_columns_of_a_terminal(text: str, width: int, shown: str) -> None:
    assert fitted(text, width) == shown
