"""forge undo: undo the latest rollback."""

from __future__ import annotations

import click

from forge.front.cli.click_types import Verb
from forge.front.cli.run_verb import Invocation, verb
from forge.front.envelope import Reply


@click.command("undo", cls=Verb)
@verb("undo")
def command(invocation: Invocation) -> Reply:
    """Undo the latest rollback: restore the files as the run left them, in a commit of its own.

    \b
    Example:
      forge undo
    """
    return invocation.perform()
