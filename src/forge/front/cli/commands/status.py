"""forge status, and bare forge: the status of the work and what to do next."""

from __future__ import annotations

import click

from forge.front.cli.click_types import Verb
from forge.front.cli.run_verb import Invocation, verb
from forge.front.envelope import Reply


@click.command("status", cls=Verb)
@verb("status")
def command(invocation: Invocation) -> Reply:
    """Show missions, phases, plans and the backlog: what is claimed, what is proven, what is
    running, and what waits for you.

    \b
    Example:
      forge status
    """
    return invocation.perform()
