"""forge search: words in the documents."""

from __future__ import annotations

import click

from forge.front.cli.click_types import Verb, option
from forge.front.cli.run_verb import Invocation, verb
from forge.front.envelope import Reply


@click.command("search", cls=Verb)
@click.argument("words", nargs=-1, required=True)
@option(
    "--limit",
    type=click.IntRange(1),
    default=50,
    metavar="N",
    show_default=True,
    help="How many documents to show at most.",
)
@verb("search")
def command(invocation: Invocation, /, **arguments: object) -> Reply:
    """Find the documents under .planning/ that contain every word. Quote words that belong
    together.

    \b
    Example:
      forge search hash passwords
      forge search "log in" --json
    """
    return invocation.perform(**arguments)
