"""How the verbs declare themselves to click, without what click loads only to clean up an indented
help text.

`click.Option` hands each help text to `inspect.cleandoc`, and `inspect` with all that it brings
takes longer to load than most verbs take to answer. Help texts here are written in one line, so an
option keeps its own as it stands.
"""

from __future__ import annotations

import functools
import os

import click

_NARROWEST, _USUAL, _WIDEST = 30, 80, 120  # columns of help


class Option(click.Option):
    """An option whose help is one line, kept as it is written."""

    def __init__(
        self, *args: object, help: str | None = None, **words: object
    ) -> None:  # click's own word
        super().__init__(*args, **words)  # type: ignore[arg-type]
        self.help = help


class Verb(click.Command):
    """A command with a help option of that kind."""

    @functools.cached_property
    def _help(self) -> Option:
        return help_option()

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return the option that prints the help."""
        return self._help


def help_option() -> Option:
    """Return an option that prints the help of its command and ends it."""
    words = {"is_flag": True, "is_eager": True, "expose_value": False, "callback": _show_help}
    return Option(["-h", "--help"], help="Show this message and exit.", **words)


def _show_help(context: click.Context, parameter: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        context.terminal_width = min(max(_columns(), _NARROWEST), _WIDEST) - 2
        click.echo(context.get_help(), color=context.color)
        context.exit()


def _columns() -> int:
    """Return how wide the terminal is, as `shutil` tells it, which takes longer to load than a help
    text to print.
    """
    said = os.environ.get("COLUMNS", "")
    if said.isdecimal() and int(said):
        return int(said)
    try:
        return os.get_terminal_size(1).columns or _USUAL
    except OSError:
        return _USUAL


option = functools.partial(click.option, cls=Option)
