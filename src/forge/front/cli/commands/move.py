"""forge move: give a document another phase, number or name."""

from __future__ import annotations

import click

from forge.front.cli.answer import App, Reply, verb
from forge.front.cli.click_types import Verb
from forge.front.cli.shell_completion import DOCUMENTS, names
from forge.planning.names.documents import Documents
from forge.run.documents.move import Moved, move


@click.command("move", cls=Verb)
@click.argument("name", metavar="DOC", shell_complete=names(*DOCUMENTS, files=True))
@click.argument("to", metavar="TO")
@verb("move")
def command(app: App, name: str, to: str) -> Reply:
    """Move a plan to a phase (under the next number there, or as NN-MM), or give a phase, a mission
    or an item another name.

    Files are renamed in the work tree; the index is left alone, and git sees the rename when you
    add both. What other plans depend on stays what it was.

    \b
    Example:
      forge move 01-03 2
      forge move 02 05-payments
    """
    moved = move(app.repository, Documents(app.repository.root).one(name, app.here), to, app.here)
    return Reply(moved.as_data(), said(moved))


def said(moved: Moved) -> str:
    """Return what was renamed and changed, a line each."""
    return "\n".join(
        [
            *(f"{old} -> {new}" for old, new in moved.renamed),
            *(f"{path}: changed" for path in moved.changed),
        ]
    )
