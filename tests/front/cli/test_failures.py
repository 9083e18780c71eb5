"""Reports of exceptions: an exit status, a message for the log of commands, details of bugs."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest

from forge.errors import DamagedLog, GitFailed, Held, NotApproved, UnknownName
from forge.front.cli import failures
from forge.run.setup.command_log import LoggedCommand


def report(error: BaseException, *, as_json: bool = False) -> tuple[int, str]:
    return failures.report("status", LoggedCommand("01TEST", []), None, error, as_json=as_json)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (UnknownName("no plan `x`", "`forge list` lists them"), 2),
        (DamagedLog("event 3 is missing", "restore it"), 1),
        (NotApproved("01-01 is not approved", "approve it"), 4),
        (Held("process 7 works on it", "wait"), 5),
    ],
)
def test_an_expected_error_keeps_its_exit_status(
    error: Exception, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report(error) == (status, str(error))
    assert capsys.readouterr().err.startswith(f"forge: {error}\n  ")


@pytest.mark.parametrize("as_json", [False, True])
def test_what_a_hook_printed_is_without_secrets(
    as_json: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = "ghp_" + "a1B2" * 9
    _, message = report(GitFailed(f"git commit failed: using {secret}", "fix it"), as_json=as_json)
    printed = capsys.readouterr()
    assert secret not in message + printed.out + printed.err
    assert "using [secret removed]" in message


@pytest.mark.parametrize("error", [KeyboardInterrupt(), click.Abort()])
def test_an_interrupt_says_that_nothing_is_lost(
    error: BaseException, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report(error) == (130, "interrupted")
    assert capsys.readouterr().err == "forge: interrupted\n  nothing is lost; call it again\n"


def test_an_error_of_the_system_names_the_file(capsys: pytest.CaptureFixture[str]) -> None:
    status, message = report(PermissionError(13, "Permission denied", "a.txt"))
    assert status == 1 and message == "a.txt: Permission denied"


def test_a_bug_leaves_its_details_in_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    try:
        raise ZeroDivisionError("division by zero")
    except ZeroDivisionError as error:
        status, message = report(error, as_json=True)
    assert (status, message) == (3, "ZeroDivisionError: division by zero")
    log = tmp_path / "forge-01TEST.log"
    assert "test_failures.py" in log.read_text() and "ZeroDivisionError" in log.read_text()
    printed = capsys.readouterr()
    error_data = json.loads(printed.out)["error"]
    assert error_data["kind"] == "bug" and str(log) in error_data["message"]
    assert "ZeroDivisionError: division by zero" in printed.err
    assert "none of your work was discarded" in printed.err


def test_a_bug_without_a_log_is_still_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("TMPDIR", str(blocked))
    assert report(ValueError("no"))[0] == 3
    assert "no log could be written" in capsys.readouterr().err
