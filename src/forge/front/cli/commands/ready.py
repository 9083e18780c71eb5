"""forge ready: what can start now, and why the rest cannot."""

from __future__ import annotations

import click

from forge.front.cli.click_types import Verb, option
from forge.front.cli.run_verb import Invocation, verb
from forge.front.envelope import Reply


@click.command("ready", cls=Verb)
@option(
    "--explain", is_flag=True, help="Also show why the other open plans and items cannot start."
)
@verb("ready")
def command(invocation: Invocation, /, **arguments: object) -> Reply:
    """List what can start now, in order: plans of the first open phase and of its lowest wave, then
    items of the backlog.

    Everything that they depend on is done. Items are sorted by priority.

    \b
    Example:
      forge ready
      forge ready --explain
    """
    return invocation.perform(**arguments)
