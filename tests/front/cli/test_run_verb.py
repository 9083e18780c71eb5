"""Running a verb: its call, its reply, its errors, and the log of commands."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

from forge.errors import UnknownName
from forge.front.cli import run_verb
from forge.front.cli.click_types import Verb
from forge.front.cli.main import forge, main
from forge.front.cli.run_verb import Invocation, verb
from forge.front.envelope import Reply
from tests.front.calling import Front


@pytest.fixture(autouse=True)
def here(front: Front, monkeypatch: pytest.MonkeyPatch) -> Front:
    monkeypatch.chdir(front.folder)
    return front


def log_of(folder: Path) -> list[dict[str, Any]]:
    path = folder / ".git/forge/executions.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()]


def run(name: str, function: Callable[[Invocation], Reply], *words: str) -> int:
    """Run a function as the callback of a verb, and return the exit status."""
    command = click.command(name, cls=Verb)(verb(name)(function))
    context = click.Context(forge)
    return int(command.main(list(words), name, standalone_mode=False, parent=context))


def test_a_reply_is_printed_and_logged(
    here: Front, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["forge", "rules"])
    assert run("rules", lambda invocation: Reply({}, "one rule")) == 0
    assert capsys.readouterr().out == "one rule\n"
    start, finish = log_of(here.folder)
    assert (start["outcome"], finish["outcome"]) == ("running", "success")
    assert start["args"] == ["rules"] and start["execution"] == finish["execution"]


@pytest.mark.parametrize(
    ("code", "outcome"), [(0, "success"), (1, "error"), (4, "success"), (130, "interrupted")]
)
def test_the_log_has_the_outcome_of_the_exit_status(
    here: Front, code: int, outcome: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("rules", lambda invocation: Reply({}, code=code)) == code
    assert log_of(here.folder)[-1]["outcome"] == outcome


def test_counters_are_logged(here: Front, capsys: pytest.CaptureFixture[str]) -> None:
    def count(invocation: Invocation) -> Reply:
        invocation.call.execution.counters = {"files": 3}
        return Reply({})

    run("rules", count)
    assert log_of(here.folder)[-1]["counters"] == {"files": 3}


def test_an_error_is_reported_and_logged(here: Front, capsys: pytest.CaptureFixture[str]) -> None:
    def refuse(invocation: Invocation) -> Reply:
        raise UnknownName("no plan `x`", "`forge list` lists them")

    assert run("show", refuse) == 2
    assert capsys.readouterr().err == "forge: no plan `x`\n  `forge list` lists them\n"
    finish = log_of(here.folder)[-1]
    assert (finish["outcome"], finish["error_message"]) == ("error", "no plan `x`")


def test_a_bug_ends_with_3(here: Front, capsys: pytest.CaptureFixture[str]) -> None:
    def break_down(invocation: Invocation) -> Reply:
        raise ZeroDivisionError("division by zero")

    assert run("rules", break_down) == 3
    assert (here.folder / ".git/forge/bugs").is_dir()
    assert log_of(here.folder)[-1]["error_message"] == "ZeroDivisionError: division by zero"


def test_json_is_printed_if_it_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    def answer(invocation: Invocation) -> Reply:
        return Reply({"as_json": invocation.as_json}, "text")

    assert run("rules", answer, "--json") == 0
    envelope = json.loads(capsys.readouterr().out)
    assert envelope["schema"] == "forge.rules/1" and envelope["data"] == {"as_json": True}


def test_a_call_knows_the_folder_and_its_repository(here: Front) -> None:
    below = here.folder / "docs"
    below.mkdir()
    seen: list[object] = []

    def look(invocation: Invocation) -> Reply:
        seen.extend([invocation.call.folder, invocation.call.repository.root])
        return Reply({})

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.chdir(below)
        run("rules", look)
    assert seen == [below, here.folder]


@pytest.mark.parametrize(("name", "status"), [("rules", 0), ("status", 2)])
def test_outside_of_a_repository_only_some_verbs_work(
    name: str,
    status: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.chdir(tmp_path)
    assert run(name, lambda invocation: Reply({}, "done")) == status
    assert ("not" in capsys.readouterr().err) is (status == 2)


def test_a_folder_that_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def gone() -> Path:
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr(run_verb.Path, "cwd", gone)
    assert run("status", lambda invocation: Reply({})) == 2
    assert "the current folder was removed" in capsys.readouterr().err
    for name in ("rules", "help", "completion"):
        assert run(name, lambda invocation: Reply({}, "told")) == 0


def test_an_invocation_performs_its_own_operation(capsys: pytest.CaptureFixture[str]) -> None:
    def perform(invocation: Invocation) -> Reply:
        assert invocation.operation.verb == "next"
        return invocation.perform()

    assert run("next", perform) == 0
    assert "forge init" in capsys.readouterr().out


def test_what_a_killed_command_left_is_cleaned_up(
    here: Front, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cleaned: list[object] = []
    monkeypatch.setattr(run_verb, "crash_cleanup", _Cleanup(cleaned))
    run("rules", lambda invocation: Reply({}))
    assert cleaned == []
    marker = here.folder / ".git/forge/executions/01DEAD.json"
    dead = {"execution": "01DEAD", "pid": 2**22 + 1, "start": 1, "boot": "another"}
    marker.write_text(json.dumps({**dead, "tool_version": "0", "args": [], "root": ""}))
    run("rules", lambda invocation: Reply({}))
    assert len(cleaned) == 1 and not marker.exists()


class _Cleanup:
    """Records the calls of the module that cleans up after a crash."""

    def __init__(self, calls: list[object]) -> None:
        self.calls = calls

    def __getattr__(self, name: str) -> Callable[[object], None]:
        return self.calls.append


@pytest.mark.parametrize("as_json", [False, True])
def test_a_wrong_command_line_is_logged_too(
    here: Front, as_json: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_verb.refuse_usage("list", "no such option", as_json=as_json) == 2
    printed = capsys.readouterr()
    assert printed.err == "forge: no such option\n  see `forge list --help`\n"
    assert bool(printed.out) is as_json
    assert log_of(here.folder)[-1]["error_message"] == "no such option"


def test_validate_refuses_two_formats(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "--format", "sarif", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["kind"] == "usage"
    assert main(["validate", "--fix", "--probe"]) == 2
    assert "use one of them at a time" in capsys.readouterr().err


def test_board_is_watched_at_a_terminal_only(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["board", "--watch"]) == 2
    assert "--watch draws on a terminal" in capsys.readouterr().err
