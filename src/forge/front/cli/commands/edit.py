"""forge edit: edit a document in an editor."""

from __future__ import annotations

import click

from forge.front.cli.click_types import Verb, option
from forge.front.cli.run_verb import Invocation, verb
from forge.front.cli.shell_completion import DOCUMENTS, names
from forge.front.envelope import Reply


@click.command("edit", cls=Verb)
@click.argument("name", metavar="DOC", shell_complete=names(*DOCUMENTS, files=True))
@option("--keep", is_flag=True, help="Save the text even if it has new errors.")
@verb("edit")
def command(invocation: Invocation, /, **arguments: object) -> Reply:
    """Edit a document in $VISUAL or $EDITOR. It is replaced as a whole, unless it was changed in
    the meantime.

    If the text has new errors they are shown: edit it again, save it, or stop. A text that is not
    saved is kept, and the next call continues with it.

    \b
    Example:
      forge edit 01-02
    """
    return invocation.perform(**arguments)
