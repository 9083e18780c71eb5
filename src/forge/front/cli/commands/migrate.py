"""forge migrate: rewrite documents of older versions."""

from __future__ import annotations

import click

from forge.front.cli.click_types import Verb, option
from forge.front.cli.run_verb import Invocation, verb
from forge.front.envelope import Reply


@click.command("migrate", cls=Verb)
@option("--dry-run", is_flag=True, help="Show what would be migrated, and write nothing.")
@verb("migrate")
def command(invocation: Invocation, /, **arguments: object) -> Reply:
    """Rewrite settings, missions and items of older versions in the current one, as one commit.

    Only the lines that differ between the versions change. Run cards, timelines and proofs are
    never rewritten: every version of them is read.

    \b
    Example:
      forge migrate --dry-run
      forge migrate
    """
    return invocation.perform(**arguments)
