"""Command lines as messages show them."""

from __future__ import annotations

import shlex

import pytest

from forge.text.command_line import forge_command, shown_command


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("status",), "forge status"),
        (("execute", "01-01"), "forge execute 01-01"),
        (("execute", "01-01", "--approve"), "forge execute 01-01 --approve"),
        (("approve", "my plan.md"), "forge approve 'my plan.md'"),
        (("approve", "it's.md"), """forge approve 'it'"'"'s.md'"""),
        (("approve", "-x.md"), "forge approve -- -x.md"),
        (("approve", "a.md", "-x.md"), "forge approve -- a.md -x.md"),
        (("approve", "$(rm -rf)"), "forge approve '$(rm -rf)'"),
        (("approve", ""), "forge approve ''"),
        (("approve", "größe.md"), "forge approve 'größe.md'"),
    ],
)
def test_a_forge_command(words: tuple[str, ...], expected: str) -> None:
    assert forge_command(*words) == expected
    assert shlex.split(expected)[0] == "forge"
    assert [word for word in shlex.split(expected)[1:] if word != "--"] == list(words)


@pytest.mark.parametrize(
    ("command", "indent", "expected"),
    [
        ("make test", "  ", "  $ make test"),
        ("make test", "", "$ make test"),
        ("a\nb", "  ", "  $ a\n    b"),
        ("a\nb\nc", "    ", "    $ a\n      b\n      c"),
        ("", "  ", "  $ "),
    ],
)
def test_a_shown_command(command: str, indent: str, expected: str) -> None:
    assert shown_command(command, indent) == expected
