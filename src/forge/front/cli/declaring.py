"""How the verbs declare themselves to click, without what click loads only to clean up an indented help text.

`click.Option` hands each help text to `inspect.cleandoc`, and `inspect` with all that it brings takes longer to load than most
verbs take to answer. Help texts here are written in one line, so an option keeps its own as it stands.
"""

from __future__ import annotations

import functools

import click


class Option(click.Option):
    """An option whose help is one line, kept as it is written."""

    def __init__(self, *args: object, help: str | None = None, **words: object) -> None:  # click's own word
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
        click.echo(context.get_help(), color=context.color)
        context.exit()


option = functools.partial(click.option, cls=Option)
