"""forge retry: do the current step again."""

from __future__ import annotations

import click

from forge.front.cli.click_types import Verb
from forge.front.cli.run_verb import Invocation, verb
from forge.front.cli.shell_completion import names
from forge.front.envelope import Reply


@click.command("retry", cls=Verb)
@click.argument("run", required=False, shell_complete=names("run"))
@verb("retry")
def command(invocation: Invocation, /, **arguments: object) -> Reply:
    """Restore the checkpoint of the current step, keep a snapshot, and do the step again.

    \b
    Example:
      forge retry
    """
    return invocation.perform(**arguments)
