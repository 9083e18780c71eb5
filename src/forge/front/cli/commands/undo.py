"""forge undo: undo the latest rollback."""

from __future__ import annotations

import click

from forge.front.cli.answer import App, Reply, verb
from forge.front.cli.click_types import Verb
from forge.front.cli.context import about_rollback, run_context
from forge.run.start.rollback import undo


@click.command("undo", cls=Verb)
@verb("undo")
def command(app: App) -> Reply:
    """Undo the latest rollback: the files are as the run left them again, in a commit of its own.

    \b
    Example:
      forge undo
    """
    return about_rollback(undo(run_context(app, lenient=True)))
