"""forge tick: tick an acceptance criterion of an item."""

from __future__ import annotations

import click

from forge.front.cli.answer import App, Reply, verb
from forge.front.cli.click_types import Verb, option
from forge.front.cli.shell_completion import names
from forge.planning.names.documents import Documents
from forge.run.documents.set_fields import tick


@click.command("tick", cls=Verb)
@click.argument("name", metavar="ITEM", shell_complete=names("item"))
@click.argument("number", type=int, metavar="N")
@option("--undo", is_flag=True, help="Take the tick back.")
@verb("tick")
def command(app: App, name: str, number: int, undo: bool) -> Reply:
    """Tick an acceptance criterion of an item; N counts from 1, as `forge show ITEM` lists them.

    \b
    Example:
      forge tick k3f 2
    """
    document = Documents(app.repository.root).one(name, app.here, kinds=("item",))
    done = tick(app.repository, document, number, ticked=not undo)
    return Reply(done.as_data(), f"{document.file}: {'changed' if done.changed else 'as it was'}")
