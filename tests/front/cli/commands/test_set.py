"""`forge set`: which words are taken by `--unset`."""

from __future__ import annotations

import click
import pytest

from forge.front.cli.commands.set import command


def parsed(*words: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    context = click.Context(command)
    command.parse_args(context, [*words])
    return context.params["words"], context.params["unset"]


@pytest.mark.parametrize(
    ("typed", "words", "unset"),
    [
        ("k3f status=done", ("k3f", "status=done"), ()),
        ("k3f --unset priority", ("k3f",), ("priority",)),
        ("k3f --unset priority links", ("k3f",), ("priority", "links")),
        ("k3f --unset priority status=todo", ("k3f", "status=todo"), ("priority",)),
        ("k3f --unset a --unset b", ("k3f",), ("a", "b")),
        ("k3f --unset a --force b", ("k3f", "b"), ("a",)),
        ("--unset a x+=1 k3f", ("x+=1", "k3f"), ("a",)),
    ],
)
def test_unset_takes_every_key_up_to_the_next_option_or_assignment(
    typed: str, words: tuple[str, ...], unset: tuple[str, ...]
) -> None:
    assert parsed(*typed.split()) == (words, unset)
