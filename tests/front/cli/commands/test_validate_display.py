"""`forge validate`: what its options of printing do, in this process."""

from __future__ import annotations

import json
import sys

import pytest

from forge.front.cli.commands.validate import _wants_color
from forge.front.cli.main import main
from tests.front.calling import Front
from tests.front.operations.test_documents import ITEM, ITEM_PATH, PLAN_PATH, TASK, put
from tests.front.operations.test_validate import BACKTICK


@pytest.fixture(autouse=True)
def here(front: Front, monkeypatch: pytest.MonkeyPatch) -> Front:
    monkeypatch.chdir(front.folder)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    return front


@pytest.fixture
def wrong(here: Front) -> Front:
    put(here, ITEM_PATH, ITEM.replace("todo", "tomorrow") + "---\n")
    return here


@pytest.mark.parametrize("form", ["text", "sarif", "github", "junit"])
def test_each_format_is_printed_on_standard_output(
    wrong: Front, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["validate", "--format", form]) == 1
    printed = capsys.readouterr()
    assert ITEM_PATH in printed.out and printed.err == ""


def test_the_format_json_is_the_envelope(wrong: Front, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "--format", "json"]) == 1
    as_format = json.loads(capsys.readouterr().out)
    assert main(["validate", "--json"]) == 1
    as_json = json.loads(capsys.readouterr().out)
    assert as_format.pop("execution") != as_json.pop("execution")
    assert as_format == as_json


def test_fixes_are_reported_beside_the_findings(
    here: Front, capsys: pytest.CaptureFixture[str]
) -> None:
    put(here, PLAN_PATH, BACKTICK + TASK)
    assert main(["validate", "--fix"]) == 0
    printed = capsys.readouterr()
    assert f"{PLAN_PATH}:6:7: fixed: " in printed.err
    assert "  -     - `a` is there\n  +     - '`a` is there'\n" in printed.err
    assert "fixed" not in printed.out


def test_fixes_are_data_if_json_is_wanted(here: Front, capsys: pytest.CaptureFixture[str]) -> None:
    put(here, PLAN_PATH, BACKTICK + TASK)
    assert main(["validate", "--fix", "--json"]) == 0
    printed = capsys.readouterr()
    assert printed.err == "" and "`a` is there" in printed.out


def test_quiet_prints_nothing_without_errors(
    here: Front, capsys: pytest.CaptureFixture[str]
) -> None:
    put(here, ITEM_PATH, ITEM + "---\n")
    assert main(["validate", "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("terminal", "option", "no_color", "term", "colored"),
    [
        (True, False, "", "xterm", True),
        (False, False, "", "xterm", False),
        (True, True, "", "xterm", False),
        (True, False, "1", "xterm", False),
        (True, False, "", "dumb", False),
    ],
)
def test_colors_need_a_terminal_that_has_them(
    monkeypatch: pytest.MonkeyPatch,
    terminal: bool,
    option: bool,
    no_color: str,
    term: str,
    colored: bool,
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
    monkeypatch.setenv("NO_COLOR", no_color)
    monkeypatch.setenv("TERM", term)
    assert bool(_wants_color(option)) is colored
