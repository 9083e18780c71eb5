"""forge set: change fields of documents."""

from __future__ import annotations

import click

from forge.errors import UsageError
from forge.front.cli.answer import App, Reply, verb
from forge.front.cli.click_types import Verb, option
from forge.front.cli.shell_completion import DOCUMENTS, names
from forge.planning.edits import fields
from forge.planning.names.documents import Documents
from forge.run.documents.set_fields import assign


class _Set(Verb):
    """A command whose `--unset` takes every word that follows it, up to the next option or
    assignment.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `--unset` before each key that it takes."""
        written: list[str] = []
        after = False
        for word in args:
            after = word == "--unset" or (after and not word.startswith("--") and "=" not in word)
            written += (
                ["--unset", word]
                if after and word != "--unset"
                else []
                if word == "--unset"
                else [word]
            )
        return super().parse_args(ctx, written)


@click.command("set", cls=_Set)
@click.argument(
    "words",
    nargs=-1,
    metavar="DOC… [KEY=VALUE…]",
    required=True,
    shell_complete=names(*DOCUMENTS, files=True),
)
@option("--unset", "unset", multiple=True, metavar="KEY…", help="Take keys away, with their lines.")
@option(
    "--force",
    is_flag=True,
    help="Close an item although criteria of it are not ticked; needs --reason.",
)
@option("--reason", metavar="TEXT", help="Why; written into the item as `forced_reason`.")
@verb("set")
def command(
    app: App, words: tuple[str, ...], unset: tuple[str, ...], force: bool, reason: str | None
) -> Reply:
    """Change fields of documents: of all of them, or of none. Only the lines of the fields change.

    KEY=VALUE gives a key a value, KEY+=VALUE puts one behind a list, KEY-=VALUE takes one out of
    it.

    \b
    Example:
      forge set k3f status=in_progress priority=P1
      forge set 01-02 depends_on+=01-01
      forge set k3f status=done --force --reason "nobody needs it any more"
    """
    changes = [change for word in words if (change := fields.assignment(word)) is not None]
    names = [word for word in words if fields.assignment(word) is None]
    changes += [fields.removal(key) for key in unset]
    if not names or not changes:
        raise UsageError(
            "a document is missing, or what to change in it", "write `forge set DOC KEY=VALUE`"
        )
    documents = Documents(app.repository.root)
    meant = list(dict.fromkeys(documents.one(name, app.here) for name in names))
    done = assign(app.repository, meant, changes, force=force, reason=reason)
    text = "\n".join(
        f"{each.document.file}: {'changed' if each.changed else 'as it was'}" for each in done
    )
    return Reply({"documents": [each.as_data() for each in done]}, text)
