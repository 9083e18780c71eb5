"""The line of an event, while a run is at work."""

from __future__ import annotations

import sys

import pytest

from forge.front.cli import event_lines
from forge.front.cli.event_lines import event_lines as lines_of
from forge.front.cli.event_lines import print_event
from forge.text.printable import Styled
from forge.timeline.event import Event
from forge.timeline.run.state import RunState
from tests.front.cli.test_output import FullStream

TIME = "2026-01-02T03:04:05.000Z"


def event(event_type: str, **data: object) -> Event:
    return Event(1, TIME, event_type, "run-1", "01-01/1", 1, "Ada", "01A", data, [], "")


def state() -> RunState:
    return RunState("run-1", [])


def test_an_unknown_event_has_no_line() -> None:
    assert lines_of(event("something_new", a=1), state()) == []


def test_an_event_whose_fields_do_not_fit_has_no_line() -> None:
    assert lines_of(event("failure_detected"), state()) == []


def test_a_failure_is_red_and_indented() -> None:
    lines = lines_of(event("failure_detected", kind="check", error="it failed"), state())
    assert lines == [("      ", Styled("failed (check)", "red"))]


def test_control_characters_and_line_ends_are_escaped(capsys: pytest.CaptureFixture[str]) -> None:
    print_event(event("failure_detected", kind="\x1b[2J\nforged", error="x"), state())
    assert capsys.readouterr().err == "      failed (<U+001B>[2J<U+000A>forged)\n"


def test_a_line_is_printed_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    print_event(event("failure_detected", kind="check", error="it failed"), state())
    print_event(event("something_new"), state())
    printed = capsys.readouterr()
    assert printed.out == "" and printed.err.count("\n") == 1


def test_a_run_goes_on_if_nobody_watches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", FullStream())
    monkeypatch.setattr(event_lines, "event_lines", lambda event, state: ["a line"])
    print_event(event("failure_detected", kind="check", error="it failed"), state())
