"""forge archive: put a document away."""

from __future__ import annotations

import click

from forge.front.cli.answer import App, Reply, verb
from forge.front.cli.click_types import Verb
from forge.front.cli.commands.move import said
from forge.front.cli.shell_completion import DOCUMENTS, names
from forge.planning.names.documents import Documents
from forge.run.documents.move import archive


@click.command("archive", cls=Verb)
@click.argument("name", metavar="DOC", shell_complete=names(*DOCUMENTS, files=True))
@verb("archive")
def command(app: App, name: str) -> Reply:
    """Put a document away below .planning/archive/. Its id stays taken, and what depends on it
    still finds it.

    \b
    Example:
      forge archive k3f
    """
    moved = archive(app.repository, Documents(app.repository.root).one(name, app.here))
    return Reply(moved.as_data(), said(moved))
