"""The command `forge`: how it finds a verb, and what it answers without one."""

from __future__ import annotations

import json

import click
import pytest

from forge import __version__
from forge.front.cli.click_types import Option, Verb
from forge.front.cli.main import forge, main
from forge.front.operations.table import OPERATIONS
from tests.front.calling import Front


@pytest.fixture(autouse=True)
def here(front: Front, monkeypatch: pytest.MonkeyPatch) -> Front:
    monkeypatch.chdir(front.folder)
    monkeypatch.setenv("COLUMNS", "100")
    return front


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"forge {__version__}\n"


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_lists_every_verb_with_its_summary(
    option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([option]) == 0
    lines = capsys.readouterr().out.splitlines()
    for verb, operation in OPERATIONS.items():
        assert any(
            line.split()[:1] == [verb] and line.endswith(operation.summary) for line in lines
        ), verb


def test_verbs_are_listed_in_the_order_of_the_table() -> None:
    assert forge.list_commands(click.Context(forge)) == list(OPERATIONS)
    assert forge.get_command(click.Context(forge), "nothing") is None


@pytest.mark.parametrize("verb", sorted(OPERATIONS))
def test_every_verb_has_help_with_an_example(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([verb, "--help"]) == 0
    text = capsys.readouterr().out
    assert text.startswith(f"Usage: forge {verb} ") and f"Example:\n    forge {verb}" in text
    assert "--json" in text and "Show this message and exit." in text


@pytest.mark.parametrize("verb", sorted(OPERATIONS))
def test_the_help_of_every_option_is_one_sentence(verb: str) -> None:
    command = forge.get_command(click.Context(forge), verb)
    assert isinstance(command, Verb)
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert isinstance(parameter, Option), parameter
            assert parameter.help and parameter.help[0].isupper(), parameter
            assert parameter.help.endswith(".") and "\n" not in parameter.help, parameter


@pytest.mark.parametrize(
    ("typed", "suggested"),
    [
        ("statsu", "; did you mean `forge status`?"),
        ("exceute", "; did you mean `forge execute`?"),
        ("xyzzy", ""),
    ],
)
def test_the_nearest_verb_is_suggested(
    typed: str, suggested: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([typed]) == 2
    assert capsys.readouterr().err == (
        f"forge: there is no command `{typed}`{suggested}\n  see `forge --help`\n"
    )


def test_a_wrong_option_names_the_help_of_its_verb(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--wrong"]) == 2
    assert capsys.readouterr().err.endswith("  see `forge status --help`\n")


def test_a_wrong_option_is_json_if_that_was_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tick", "--json"]) == 2
    envelope = json.loads(capsys.readouterr().out)
    assert envelope["schema"] == "forge.tick/1" and envelope["error"]["kind"] == "usage"
    assert main(["--wrong", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["schema"] == "forge.status/1"


@pytest.mark.parametrize("words", [["--json"], ["status", "--json"], ["--json", "status"]])
def test_without_a_verb_it_is_status(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 0
    assert json.loads(capsys.readouterr().out)["schema"] == "forge.status/1"


def test_the_exit_status_is_that_of_the_reply(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules"]) == 0
    assert main(["verify", "--all"]) == 1
    assert main(["show", "nothing"]) == 2


@pytest.mark.parametrize("raised", [KeyboardInterrupt, click.Abort])
def test_an_interrupt_before_a_verb_is_silent(
    raised: type[BaseException], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(**options: object) -> int:
        raise raised

    monkeypatch.setattr(forge, "main", interrupted)
    assert main(["status"]) == 130
    assert capsys.readouterr() == ("", "")


def test_a_shell_that_completes_sees_no_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(**options: object) -> int:
        raise ValueError("no")

    monkeypatch.setenv("_FORGE_COMPLETE", "bash_complete")
    monkeypatch.setattr(forge, "main", broken)
    assert main([]) == 1
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("columns", "widest"), [("200", 118), ("60", 58), ("5", 28), ("x", 78), ("0", 78)]
)
def test_help_is_as_wide_as_the_terminal_within_limits(
    columns: str, widest: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    main(["--help"])
    lines = capsys.readouterr().out.splitlines()
    prose = [line for line in lines if line.startswith("  forge executes")]
    assert prose and len(prose[0]) <= widest
