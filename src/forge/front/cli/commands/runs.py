"""forge runs: the runs of this repository."""

from __future__ import annotations

import click

from forge.front.cli.click_types import Verb, option
from forge.front.cli.run_verb import Invocation, verb
from forge.front.envelope import Reply


@click.command("runs", cls=Verb)
@option(
    "-n",
    "--max-count",
    type=click.IntRange(1),
    metavar="N",
    help="List at most N runs, the newest; without this 50, and all with --json.",
)
@option("--all", "every", is_flag=True, help="List all of them.")
@verb("runs")
def command(invocation: Invocation, /, **arguments: object) -> Reply:
    """List the runs with their results, oldest first.

    \b
    Example:
      forge runs
      forge runs -n 5
      forge runs --json
    """
    return invocation.perform(**arguments)
