"""forge rules: the rules of validate."""

from __future__ import annotations

import click

from forge.front.cli.click_types import Verb
from forge.front.cli.run_verb import Invocation, verb
from forge.front.envelope import Reply


@click.command("rules", cls=Verb)
@verb("rules")
def command(invocation: Invocation) -> Reply:
    """List the rules with their severity, whether they block a run, and a summary.

    \b
    Example:
      forge rules
    """
    return invocation.perform()
