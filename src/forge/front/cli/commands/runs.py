"""forge runs: the runs of this repository."""

from __future__ import annotations

import click

from forge.front.cli.click_types import Verb
from forge.front.cli.run_verb import Invocation, verb
from forge.front.envelope import Reply


@click.command("runs", cls=Verb)
@verb("runs")
def command(invocation: Invocation) -> Reply:
    """List the runs with their results, oldest first.

    \b
    Example:
      forge runs
      forge runs --json
    """
    return invocation.perform()
