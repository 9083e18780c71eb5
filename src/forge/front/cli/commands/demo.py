"""forge demo: a small repository, and a plan executed in it."""

from __future__ import annotations

import click

from forge.front.cli.click_types import Verb
from forge.front.cli.run_verb import Invocation, verb
from forge.front.envelope import Reply


@click.command("demo", cls=Verb)
@click.argument("folder", required=False)
@verb("demo")
def command(invocation: Invocation, /, **arguments: object) -> Reply:
    """Make a small repository in a new folder and execute a plan in it for real, without an agent,
    a key or the network.

    \b
    Example:
      forge demo
      forge demo /tmp/forge-demo
    """
    return invocation.perform(**arguments)
