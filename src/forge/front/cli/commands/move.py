"""forge move: give a document another phase, number or name."""

from __future__ import annotations

import click

from forge.front.cli.click_types import Verb
from forge.front.cli.run_verb import Invocation, verb
from forge.front.cli.shell_completion import DOCUMENTS, names
from forge.front.envelope import Reply


@click.command("move", cls=Verb)
@click.argument("name", metavar="DOC", shell_complete=names(*DOCUMENTS, files=True))
@click.argument("to", metavar="TO")
@verb("move")
def command(invocation: Invocation, /, **arguments: object) -> Reply:
    """Move a plan to a phase (under the next number there, or as NN-MM), or give a phase, a mission
    or an item another name.

    Files are renamed in the work tree; the index is not changed, and git sees the rename when you
    add both. Every `depends_on` keeps its meaning.

    \b
    Example:
      forge move 01-03 2
      forge move 02 05-payments
    """
    return invocation.perform(**arguments)
