"""forge list: missions, phases, plans and items."""

from __future__ import annotations

import click

from forge.front.cli.click_types import Verb, option
from forge.front.cli.run_verb import Invocation, verb
from forge.front.cli.shell_completion import names, statuses, words
from forge.front.envelope import Reply


@click.command("list", cls=Verb)
@click.argument(
    "kinds",
    nargs=-1,
    metavar="[missions|phases|plans|items]…",
    shell_complete=words("missions", "phases", "plans", "items"),
)
@option(
    "--status",
    "statuses",
    multiple=True,
    metavar="STATUS",
    help="Only documents of this status; can be repeated.",
    shell_complete=statuses,
)
@option(
    "--phase", metavar="PHASE", help="Only documents of this phase.", shell_complete=names("phase")
)
@option(
    "--priority",
    "priorities",
    multiple=True,
    metavar="P0…P3",
    help="Only items of this priority; can be repeated.",
)
@option("--archived", is_flag=True, help="Also list archived documents.")
@verb("list")
def command(invocation: Invocation, /, **arguments: object) -> Reply:
    """List documents with their status. That of a plan comes from its runs and its summary, not
    from what the plan claims.

    \b
    Example:
      forge list
      forge list plans --phase 2 --status ready
      forge list items --status todo --priority P0 --priority P1
    """
    return invocation.perform(**arguments)
