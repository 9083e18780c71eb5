"""Command lines as messages show them."""

from __future__ import annotations

import shlex
import shutil
import subprocess

import pytest

from forge.text.command_line import command_line, forge_command, shell_word, shown_command


@pytest.mark.parametrize(
    ("words", "options", "expected"),
    [
        (("status",), (), "forge status"),
        (("execute", "01-01"), (), "forge execute 01-01"),
        (("execute", "01-01"), ("--approve",), "forge execute 01-01 --approve"),
        (("approve", "my plan.md"), (), "forge approve 'my plan.md'"),
        (("approve", "it's.md"), (), """forge approve 'it'"'"'s.md'"""),
        (("approve", "-x.md"), (), "forge approve -- -x.md"),
        (("approve", "--x.md"), (), "forge approve -- --x.md"),
        (("approve", "a.md", "-x.md"), (), "forge approve -- a.md -x.md"),
        (("approve", "-x"), ("--option", "b"), "forge approve --option b -- -x"),
        (("approve", "r"), ("--option", "-b"), "forge approve r --option=-b"),
        (("approve", "$(rm -rf)"), (), "forge approve '$(rm -rf)'"),
        (("approve", ""), (), "forge approve ''"),
        (("approve", "größe.md"), (), "forge approve 'größe.md'"),
        (("approve", "a\nb"), (), r"forge approve $'a\012b'"),
    ],
)
def test_a_forge_command(words: tuple[str, ...], options: tuple[str, ...], expected: str) -> None:
    assert forge_command(*words, options=options) == expected


@pytest.mark.parametrize("shell", ["bash", "zsh"])
@pytest.mark.parametrize(
    "word",
    ["a b", "$(id)", "`id`", "it's", 'a"b', "a\nb", "\x1b[2J'", "\u202e\\", "!x", "*", "~", "a\tb"],
)
def test_a_quoted_word_is_typed_as_it_was(shell: str, word: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed here")
    line = command_line("printf", "%s", word)
    assert line.isprintable()
    typed = subprocess.run([shell, "-c", line], capture_output=True, check=True)
    assert typed.stdout.decode() == word


def test_a_word_that_prints_is_quoted_for_every_shell() -> None:
    assert shlex.split(shell_word("a 'b' $c")) == ["a 'b' $c"]


@pytest.mark.parametrize(
    ("command", "indent", "expected"),
    [
        ("make test", "  ", ["  $ make test"]),
        ("make test", "", ["$ make test"]),
        ("a\nb", "  ", ["  $ a", "    b"]),
        ("a\nb\nc", "    ", ["    $ a", "      b", "      c"]),
        ("", "  ", ["  $ "]),
    ],
)
def test_a_shown_command(command: str, indent: str, expected: list[str]) -> None:
    assert shown_command(command, indent) == expected
