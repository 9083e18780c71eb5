"""forge tick: tick an acceptance criterion of an item."""

from __future__ import annotations

import click

from forge.front.cli.click_types import Verb, option
from forge.front.cli.run_verb import Invocation, verb
from forge.front.cli.shell_completion import names
from forge.front.envelope import Reply


@click.command("tick", cls=Verb)
@click.argument("name", metavar="ITEM", shell_complete=names("item"))
@click.argument("number", type=int, metavar="N")
@option("--undo", is_flag=True, help="Remove the tick.")
@verb("tick")
def command(invocation: Invocation, /, **arguments: object) -> Reply:
    """Tick an acceptance criterion of an item; N counts from 1, as `forge show ITEM` lists them.

    \b
    Example:
      forge tick k3f 2
    """
    return invocation.perform(**arguments)
