"""forge pause: pause a run before its next step."""

from __future__ import annotations

import click

from forge.front.cli.click_types import Verb
from forge.front.cli.run_verb import Invocation, verb
from forge.front.cli.shell_completion import names
from forge.front.envelope import Reply


@click.command("pause", cls=Verb)
@click.argument("run", required=False, shell_complete=names("run"))
@verb("pause")
def command(invocation: Invocation, /, **arguments: object) -> Reply:
    """Pause a run that another shell executes, before its next step.

    \b
    Example:
      forge pause
    """
    return invocation.perform(**arguments)
