"""What the shell offers behind a command: the names that are there. It reads no document and leaves
no record.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from forge.errors import ForgeError
from forge.lazy import at_first_use

if TYPE_CHECKING:
    from click import shell_completion
    from click.shell_completion import CompletionItem
else:
    shell_completion = at_first_use("click.shell_completion")  # for shells only

Completer = Callable[[click.Context, click.Parameter, str], "list[CompletionItem]"]
DOCUMENTS = ("plan", "item", "phase", "mission")


def names(*kinds: str, files: bool = False) -> Completer:
    """Return what offers the names of some kinds that begin with what was typed; and files, where
    none does and they fit.
    """

    def complete(
        ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        if _is_value():
            return []
        found = [item for kind in kinds for item in _of_kind(kind, incomplete)]
        return found or (
            [shell_completion.CompletionItem(incomplete, type="file")]
            if files and incomplete
            else []
        )

    return complete


def _is_value() -> bool:
    """Say whether what is typed is the value of KEY=VALUE, which is no name; bash makes three words
    of it.
    """
    typed = os.environ.get("COMP_WORDS", "").split("\n")
    return "=" in typed[-2:] and not any(word.startswith("-") for word in typed[-3:-1])


def words(*offered: str) -> Completer:
    """Return what offers some words."""
    return lambda ctx, param, incomplete: [
        shell_completion.CompletionItem(word) for word in offered if word.startswith(incomplete)
    ]


def topics(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer what `forge help` tells about; rules only once something is typed, there are many."""
    pages = importlib.import_module("forge.views.manual.topics")
    found = [*pages.topics().items(), *(pages.rules().items() if incomplete else ())]
    return [
        shell_completion.CompletionItem(name, help=about)
        for name, about in found
        if name.startswith(incomplete)
    ]


def _of_kind(kind: str, incomplete: str) -> list[CompletionItem]:
    """Return the names of a kind; none where there is no repository, or anything else is wrong with
    it.
    """
    try:
        repository = importlib.import_module("forge.git.repository").Repository.discover(Path.cwd())
        known = importlib.import_module("forge.views.lookup.names").names(repository, kind)
        fitting = [name for name in known if name.text.startswith(incomplete)]
    except (ForgeError, OSError, ValueError):
        return []
    return [
        shell_completion.CompletionItem(name.text, help=" ".join(name.about.split())[:60] or None)
        for name in fitting
    ]
