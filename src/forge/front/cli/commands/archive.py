"""forge archive: archive a document."""

from __future__ import annotations

import click

from forge.front.cli.click_types import Verb
from forge.front.cli.run_verb import Invocation, verb
from forge.front.cli.shell_completion import DOCUMENTS, names
from forge.front.envelope import Reply


@click.command("archive", cls=Verb)
@click.argument("name", metavar="DOC", shell_complete=names(*DOCUMENTS, files=True))
@verb("archive")
def command(invocation: Invocation, /, **arguments: object) -> Reply:
    """Move a document to .planning/archive/. Its id stays taken, and documents that depend on it
    still find it.

    \b
    Example:
      forge archive k3f
    """
    return invocation.perform(**arguments)
