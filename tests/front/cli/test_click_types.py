"""How verbs declare themselves to click."""

from __future__ import annotations

import os

import click
import pytest

from forge.front.cli import click_types
from forge.front.cli.click_types import DisplayOption, Option, Verb, display_option, option


@click.command("sample", cls=Verb)
@option("--plain", is_flag=True, help="Be plain.")
@display_option("--color", is_flag=True, help="Be colorful.")
def sample(plain: bool, color: bool) -> None:
    """Do something."""


def test_an_option_keeps_its_help() -> None:
    plain, color = sample.params
    assert isinstance(plain, Option) and plain.help == "Be plain."
    assert isinstance(color, DisplayOption) and color.help == "Be colorful."
    assert not isinstance(plain, DisplayOption)


def test_every_verb_has_one_help_option() -> None:
    context = click.Context(sample)
    helping = sample.get_help_option(context)
    assert helping is sample.get_help_option(context)
    assert helping is not None and helping.opts == ["-h", "--help"]


@pytest.mark.parametrize("word", ["-h", "--help"])
def test_help_is_printed_and_ends_the_command(
    word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sample.main([word], "sample", standalone_mode=False) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Usage: sample [OPTIONS]" and "Do something." in lines[2]
    assert [line.split()[0] for line in lines[5:]] == ["--plain", "--color", "-h,"]


@pytest.mark.parametrize(
    ("variable", "terminal", "columns"),
    [("132", 50, 132), ("", 50, 50), ("0", 50, 50), ("wide", 50, 50), ("", 0, 80), ("", None, 80)],
)
def test_the_width_of_the_terminal(
    variable: str, terminal: int | None, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def size(descriptor: int) -> os.terminal_size:
        if terminal is None:
            raise OSError(25, "Inappropriate ioctl for device")
        return os.terminal_size((terminal, 24))

    monkeypatch.setenv("COLUMNS", variable)
    monkeypatch.setattr(click_types.os, "get_terminal_size", size)
    assert click_types._columns() == columns
