"""Completes names in the shell. No document is read for it, and no record is left."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from forge.errors import ForgeError
from forge.lazy import at_first_use
from forge.text.printable import visible_line

if TYPE_CHECKING:
    from click import shell_completion
    from click.shell_completion import CompletionItem

    from forge.front.operations import list as listing
    from forge.git import repository
    from forge.views.lookup import names as lookup
    from forge.views.manual import topics as manual
else:  # for shells only
    shell_completion = at_first_use("click.shell_completion")
    listing = at_first_use("forge.front.operations.list")
    lookup = at_first_use("forge.views.lookup.names")
    manual = at_first_use("forge.views.manual.topics")
    repository = at_first_use("forge.git.repository")

Completer = Callable[[click.Context, click.Parameter, str], "list[CompletionItem]"]
DOCUMENTS = ("plan", "item", "phase", "mission")
_LONGEST_HELP = 60  # characters


def names(*kinds: str, files: bool = False) -> Completer:
    """Return a completer of the names of some kinds, and of files if no name fits."""

    def complete(
        ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        if _is_value():
            return []
        items = [item for kind in kinds for item in _of_kind(kind, incomplete)]
        if items or not (files and incomplete):
            return items
        return [shell_completion.CompletionItem(incomplete, type="file")]

    return complete


def _is_value() -> bool:
    """Return whether the value of KEY=VALUE is being typed; bash splits it into three words."""
    typed = os.environ.get("COMP_WORDS", "").split("\n")
    return "=" in typed[-2:] and not any(word.startswith("-") for word in typed[-3:-1])


def words(*choices: str) -> Completer:
    """Return a completer of some words."""
    return lambda ctx, param, incomplete: matching(dict.fromkeys(choices, ""), incomplete)


def statuses(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete the statuses of documents."""
    return matching(dict.fromkeys(listing.STATUSES, ""), incomplete)


def topics(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete the topics of `forge help`; rules only once a letter is typed, there are many."""
    rules = manual.rules() if incomplete else {}
    return matching({**manual.topics(), **rules}, incomplete)


def matching(summaries: Mapping[str, str], incomplete: str) -> list[CompletionItem]:
    """Return the words that start with what was typed, with their summaries.

    A name that does not print cannot be typed, and could end the line that tells the shell of it.
    """
    return [
        shell_completion.CompletionItem(word, help=visible_line(summary) or None)
        for word, summary in summaries.items()
        if word.startswith(incomplete) and word == visible_line(word)
    ]


def _of_kind(kind: str, incomplete: str) -> list[CompletionItem]:
    """Return the names of a kind; none outside of a repository, or if it cannot be read."""
    try:
        here = repository.Repository.discover(Path.cwd())
        summaries = {
            name.text: _summary(name.about)
            for name in lookup.names(here, kind)
            if not name.text.startswith("-")  # the shell's user would type an option
        }
    except (ForgeError, OSError, ValueError):
        return []
    return matching(summaries, incomplete)


def _summary(about: str) -> str:
    return " ".join(about.split())[:_LONGEST_HELP]
