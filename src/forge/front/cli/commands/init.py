"""forge init: add what forge needs to a repository."""

from __future__ import annotations

import click

from forge.front.cli.click_types import Verb
from forge.front.cli.run_verb import Invocation, verb
from forge.front.envelope import Reply


@click.command("init", cls=Verb)
@verb("init")
def command(invocation: Invocation) -> Reply:
    """Add .planning/forge.yaml, with every setting at its default. Nothing else is changed, and
    nothing is committed.

    \b
    Example:
      forge init && git add .planning && git commit -m "Add forge"
    """
    return invocation.perform()
