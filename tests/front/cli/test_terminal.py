"""Questions at a terminal: what is shown, what an answer means, and what pauses a run."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator

import click
import pytest

from forge.front.cli import terminal
from forge.front.cli.output import rendered
from forge.front.cli.terminal import Terminal, colored_patch, prompter
from forge.run.approvals.prompter import Answer, NoPrompter
from forge.text.printable import plain, plain_text
from forge.timeline.run.state import Question

CHOICE = [{"id": "left", "text": "Go left"}, {"id": "right", "text": "Go right"}]


def question(options: list[dict[str, str]] | None = None) -> Question:
    return Question("ap-1", "decision", "step", "Which way?", "01-01/1", options or [])


class Keyboard:
    """Standard input that is fed by a test."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        reading, self.writing = os.pipe()
        self.stream = os.fdopen(reading, "rb", buffering=0)
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(self.stream)))
        monkeypatch.setattr(terminal, "_PERIOD", 0.001)

    def type(self, text: str, *, end: bool = False) -> None:
        os.write(self.writing, text.encode("utf-8", "surrogateescape"))
        if end:
            os.close(self.writing)


@pytest.fixture
def keyboard(monkeypatch: pytest.MonkeyPatch) -> Iterator[Keyboard]:
    yield Keyboard(monkeypatch)


def ask(options: list[dict[str, str]] | None = None, shown: str = "") -> Answer | None:
    return Terminal().ask(question(options), lambda: False, shown)


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("y\n", Answer(True)),
        ("YES\n", Answer(True)),
        ("\n", None),
        ("maybe\n", None),
        ("n\ntoo short\n", Answer(False, note="too short")),
        ("No\n\n", Answer(False, note="")),
    ],
)
def test_yes_no_or_nothing(monkeypatch: pytest.MonkeyPatch, typed: str, answer: object) -> None:
    Keyboard(monkeypatch).type(typed)
    assert ask() == answer


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("left\n", Answer(True, "left")),
        ("  right \n", Answer(True, "right")),
        ("n\nneither\n", Answer(False, note="neither")),
        ("up\n", None),
        ("\n", None),
    ],
)
def test_a_choice_is_made_by_its_id(
    monkeypatch: pytest.MonkeyPatch, typed: str, answer: object
) -> None:
    Keyboard(monkeypatch).type(typed)
    assert ask(CHOICE) == answer


def test_the_question_and_its_options_are_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Keyboard(monkeypatch).type("\n")
    ask(CHOICE, "+a line\x1b[2J")
    shown = click.unstyle(capsys.readouterr().err)
    assert "\n+a line<U+001B>[2J\n" in shown
    assert "decision: Which way?\nwhich one? left, right, [n]o, or nothing to pause: " in shown


@pytest.mark.parametrize("typed", ["", "n\n"])
def test_the_end_of_input_pauses(monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    Keyboard(monkeypatch).type(typed, end=True)
    assert ask() is None


def test_a_question_that_becomes_void_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    Keyboard(monkeypatch)
    checks = iter([False, False, True])
    assert Terminal().ask(question(), lambda: next(checks)) is None


def test_bytes_that_are_not_utf8_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    Keyboard(monkeypatch).type("n\ncaf\udce9\n")
    assert ask() == Answer(False, note="caf\ufffd")


@pytest.mark.parametrize(("typed", "approved"), [("y\n", True), ("n\n", False), ("\n", False)])
def test_a_plan_is_approved_by_yes_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], typed: str, approved: bool
) -> None:
    Keyboard(monkeypatch).type(typed)
    assert Terminal().approve("the plan") is approved
    assert capsys.readouterr().err.startswith("the plan\napprove exactly this")


def test_the_end_of_input_is_not_an_approval(monkeypatch: pytest.MonkeyPatch) -> None:
    Keyboard(monkeypatch).type("", end=True)
    assert Terminal().approve("the plan") is False


class Stream(io.StringIO):
    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


@pytest.mark.parametrize("stdin", [True, False])
@pytest.mark.parametrize("stderr", [True, False])
@pytest.mark.parametrize("as_json", [True, False])
def test_the_user_is_asked_at_a_terminal_only(
    monkeypatch: pytest.MonkeyPatch, stdin: bool, stderr: bool, as_json: bool
) -> None:
    monkeypatch.setattr(sys, "stdin", Stream(terminal=stdin))
    monkeypatch.setattr(sys, "stderr", Stream(terminal=stderr))
    asked = stdin and stderr and not as_json
    assert isinstance(prompter(as_json=as_json), Terminal if asked else NoPrompter)


@pytest.mark.parametrize(
    ("line", "color"),
    [
        ("+added", "\x1b[32m"),
        ("-removed", "\x1b[31m"),
        ("@@ -1 +1 @@", "\x1b[36m"),
        ("+++ b/a.txt", "\x1b[1m"),
        ("--- a/a.txt", "\x1b[1m"),
        ("diff --git a/a b/a", "\x1b[1m"),
        (" same", ""),
    ],
)
def test_a_patch_has_the_usual_colors(line: str, color: str) -> None:
    assert rendered(colored_patch(line)).startswith(color + line if color else line)


def test_a_patch_cannot_disguise_itself() -> None:
    assert plain_text(colored_patch("+a\x1b[31mred\u202e")) == "+a<U+001B>[31mred<U+202E>"


def test_a_long_patch_ends_with_how_to_see_the_rest() -> None:
    lines = colored_patch("+x\n" * 450)
    assert len(lines) == 401
    assert (
        plain(lines[-1]) == "… 50 more lines: an empty answer pauses the run, `git diff` shows them"
    )
    assert len(colored_patch("+x\n" * 400)) == 400


def test_a_long_line_is_cut() -> None:
    shown = plain_text(colored_patch("+" + "x" * 1500))
    assert shown == "+" + "x" * 999 + " … 501 more characters"
