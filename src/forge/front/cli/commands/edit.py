"""forge edit: edit a document in an editor."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from forge.front.cli.answer import App, Reply, verb
from forge.front.cli.click_types import Verb, option
from forge.front.cli.shell_completion import DOCUMENTS, names
from forge.planning.names.documents import Documents
from forge.run.documents.edit import Choice, edit
from forge.text.finding import Finding
from forge.text.printable import visible


@click.command("edit", cls=Verb)
@click.argument("name", metavar="DOC", shell_complete=names(*DOCUMENTS, files=True))
@option("--keep", is_flag=True, help="Save also what has errors that were not there before.")
@verb("edit")
def command(app: App, name: str, keep: bool) -> Reply:
    """Edit a document in $VISUAL or $EDITOR. It is replaced as one, unless somebody changed it
    meanwhile.

    A text with new errors is shown with them: edit it again, save it, or stop. What is not saved is
    kept, and the next call goes on with it.

    \b
    Example:
      forge edit 01-02
    """

    def ask(findings: Sequence[Finding]) -> Choice:
        for each in findings:
            app.say(
                visible(
                    f"{each.path}:{each.line}:{each.column}: {each.severity} {each.rule}"
                    f" {each.message}\n    {each.hint}"
                )
            )
        if keep:
            return "save"
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            return "stop"
        answer = click.prompt(
            "(e)dit again, (s)ave it so, (q)uit",
            type=click.Choice(["e", "s", "q"]),
            default="e",
            err=True,
        )
        return {"e": "edit", "s": "save"}.get(answer, "stop")  # type: ignore[return-value]

    done = edit(app.repository, Documents(app.repository.root).one(name, app.here), ask)
    said = "saved" if done.changed else "as it was"
    return Reply(done.as_data(), f"{done.document.file}: {said}", 0, done.findings)
