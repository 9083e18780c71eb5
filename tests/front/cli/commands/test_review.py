"""`forge log`, `diff` and `help` at the command line: pagers, colors and plain output."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from forge.front.cli.commands import diff as diff_command
from forge.front.cli.commands import log as log_command
from forge.front.cli.main import main
from tests.conftest import new_sandbox
from tests.front.calling import Front
from tests.front.operations.test_runs import execute_plan


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        front = execute_plan(new_sandbox(tmp_path_factory.mktemp("review")), monkeypatch)
        monkeypatch.chdir(front.folder)
        yield front


class Pager:
    """Stands for git's pager, and records what it shows."""

    def __init__(self, *, pages: bool, color: bool = True) -> None:
        self.pages = pages
        self.color = color
        self.shown: list[str] = []

    def page(self, repository: object, text: str) -> bool:
        self.shown.append(text)
        return self.pages

    def wants_color(self, repository: object) -> bool:
        return self.color


def at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)


def test_log_is_printed_plainly(
    executed: Front, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_command, "pager", Pager(pages=True))
    assert main(["log"]) == 0
    printed = capsys.readouterr().out
    assert printed == executed.text("log") + "\n" and "\x1b" not in printed


@pytest.mark.parametrize("color", [True, False])
def test_log_at_a_terminal_goes_to_the_pager(
    executed: Front,
    color: bool,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pager = Pager(pages=True, color=color)
    monkeypatch.setattr(log_command, "pager", pager)
    at_a_terminal(monkeypatch)
    assert main(["log"]) == 0
    (text,) = pager.shown
    assert ("\x1b[33m" in text) is color
    assert capsys.readouterr().out == ""


def test_log_is_printed_if_there_is_no_pager(
    executed: Front, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_command, "pager", Pager(pages=False))
    at_a_terminal(monkeypatch)
    assert main(["log"]) == 0
    assert "must-haves: 2 declared" in capsys.readouterr().out


class Patches:
    """Stands for `git diff`, and records its arguments."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, ...]] = []

    def show(self, repository: object, *words: str) -> None:
        self.calls.append(words)


@pytest.mark.parametrize(
    ("words", "no_color", "options"),
    [
        (["diff"], False, []),
        (["diff", "--stat"], False, ["--stat"]),
        (["diff"], True, ["--no-color"]),
        (["diff", "01-01/1", "--stat"], True, ["--stat", "--no-color"]),
    ],
)
def test_diff_is_shown_by_git_itself(
    executed: Front,
    words: list[str],
    no_color: bool,
    options: list[str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    patches = Patches()
    monkeypatch.setattr(diff_command, "patches", patches)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1" if no_color else "")
    assert main(words) == 0
    (call,) = patches.calls
    assert [*call][: len(options)] == options
    assert call[-2:] == ("--", ":(top,literal)a.txt")
    assert capsys.readouterr().out == ""


def test_diff_of_a_step_that_changed_nothing_says_so(
    executed: Front, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    patches = Patches()
    monkeypatch.setattr(diff_command, "patches", patches)
    assert main(["diff", "01-01/2"]) == 0
    assert patches.calls == []
    assert capsys.readouterr() == ("", "the step 01-01/2 changed no file\n")


def test_help_at_a_terminal_is_shown_in_a_pager(
    executed: Front, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    monkeypatch.setattr("click.echo_via_pager", shown.append)
    assert main(["help", "plans"]) == 0
    printed = capsys.readouterr().out
    at_a_terminal(monkeypatch)
    assert main(["help", "plans"]) == 0
    assert shown == [printed] and capsys.readouterr().out == ""
    assert main(["help"]) == 0
    assert capsys.readouterr().out.startswith("topics:\n"), "a list is short"
