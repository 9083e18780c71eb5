"""How verbs declare themselves to click, without what click loads only to dedent a help text.

`click.Option` passes each help text to `inspect.cleandoc`, and `inspect` takes longer to load than
most verbs take to answer. Help texts here are written in one line, so they are kept as they are.
"""

from __future__ import annotations

import functools
import os

import click

_NARROWEST, _USUAL, _WIDEST = 30, 80, 120  # columns of help


class Option(click.Option):
    """An option whose help is one line."""

    def __init__(self, *args: object, help: str | None = None, **words: object) -> None:
        super().__init__(*args, **words)  # type: ignore[arg-type]
        self.help = help


class DisplayOption(Option):
    """An option of how the command line prints an answer; the operation does not know it."""


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
    """Return the width of the terminal, as `shutil` does, which takes longer to load than a help
    text to print.
    """
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns):
        return int(columns)
    try:
        return os.get_terminal_size(1).columns or _USUAL
    except OSError:
        return _USUAL


option = functools.partial(click.option, cls=Option)
display_option = functools.partial(click.option, cls=DisplayOption)
