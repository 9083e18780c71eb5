"""The command line as a caller of operations."""

from __future__ import annotations

import json
import sys

import click
import pytest

from forge.errors import ForgeError
from forge.front.cli import caller as caller_module
from forge.front.cli.caller import TerminalCaller
from forge.front.cli.main import forge
from forge.front.cli.status_line import StatusLine
from forge.run.approvals.prompter import NoPrompter
from tests.front.calling import Front
from tests.front.cli.test_terminal import Stream


def test_messages_go_to_standard_error_in_both_forms(capsys: pytest.CaptureFixture[str]) -> None:
    for as_json in (False, True):
        TerminalCaller(as_json=as_json).note("warning: it is old")
    assert capsys.readouterr() == ("", "warning: it is old\n" * 2)


@pytest.mark.parametrize(
    ("as_json", "data", "printed"),
    [
        (False, {"seq": 1}, "event 1\n"),
        (False, None, "event 1\n"),
        (True, {"seq": 1}, '{"seq":1}\n'),
        (True, None, ""),
    ],
)
def test_a_line_is_text_or_json(
    as_json: bool, data: dict[str, object] | None, printed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    TerminalCaller(as_json=as_json).line("event 1", data)
    out = capsys.readouterr().out
    assert out == printed or json.loads(out) == json.loads(printed)


def test_nobody_is_asked_if_json_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Stream(terminal=True))
    monkeypatch.setattr(sys, "stderr", Stream(terminal=True))
    assert isinstance(TerminalCaller(as_json=True).prompter(), NoPrompter)
    assert TerminalCaller(as_json=False).prompter().present


def test_progress_is_none_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Stream(terminal=False))
    with TerminalCaller(as_json=False).progress("reading") as progress:
        assert progress is None


def test_a_run_is_shown_on_the_status_line() -> None:
    assert isinstance(TerminalCaller(as_json=False).run_display(), StatusLine)


@pytest.mark.parametrize(("columns", "width"), [("60", 60), ("500", 120)])
def test_text_is_as_wide_as_the_terminal_up_to_a_limit(
    columns: str, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert TerminalCaller(as_json=False).width() == width


@pytest.mark.parametrize(("answer", "choice"), [("e", "edit"), ("s", "save"), ("q", "stop")])
def test_the_user_chooses_what_to_do_about_errors(
    answer: str, choice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", Stream(terminal=True))
    monkeypatch.setattr(sys, "stderr", Stream(terminal=True))
    monkeypatch.setattr(caller_module.click, "prompt", lambda *args, **options: answer)
    assert TerminalCaller(as_json=False).after_errors([]) == choice


def test_without_a_terminal_errors_stop_an_edit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Stream(terminal=False))
    assert TerminalCaller(as_json=False).after_errors([]) == "stop"


def test_the_editor_of_the_user_is_started(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    path = front.folder / "a.txt"
    path.write_text("one\n")
    monkeypatch.setenv("EDITOR", "sed -i s/one/two/")
    TerminalCaller(as_json=False).edit_file(front.call().repository, path)
    assert path.read_text() == "two\n"
    monkeypatch.setenv("VISUAL", "false")
    with pytest.raises(ForgeError, match="`false` ended with status 1"):
        TerminalCaller(as_json=False).edit_file(front.call().repository, path)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_a_script(shell: str) -> None:
    with click.Context(forge):
        script = TerminalCaller(as_json=False).completion_script(shell)
    assert f"_FORGE_COMPLETE={shell}_complete" in script and "forge" in script
    assert script == script.strip()
