"""forge next: what to do next."""

from __future__ import annotations

import click

from forge.front.cli.click_types import Verb
from forge.front.cli.run_verb import Invocation, verb
from forge.front.envelope import Reply


@click.command("next", cls=Verb)
@verb("next")
def command(invocation: Invocation) -> Reply:
    """Show what to do next, and the command line to type.

    \b
    Example:
      forge next
    """
    return invocation.perform()
