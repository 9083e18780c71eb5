"""forge set: change fields of documents."""

from __future__ import annotations

import click

from forge.front.cli.click_types import Verb, option
from forge.front.cli.run_verb import Invocation, verb
from forge.front.cli.shell_completion import DOCUMENTS, names
from forge.front.envelope import Reply


class _Set(Verb):
    """A command whose `--unset` takes every word up to the next option or assignment."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Insert `--unset` before each key that it takes."""
        words: list[str] = []
        unsetting = False
        for word in args:
            is_key = not word.startswith("--") and "=" not in word
            unsetting = word == "--unset" or (unsetting and is_key)
            if not unsetting:
                words.append(word)
            elif word != "--unset":
                words += ["--unset", word]
        return super().parse_args(ctx, words)


@click.command("set", cls=_Set)
@click.argument(
    "words",
    nargs=-1,
    metavar="DOC… [KEY=VALUE…]",
    required=True,
    shell_complete=names(*DOCUMENTS, files=True),
)
@option("--unset", "unset", multiple=True, metavar="KEY…", help="Remove keys, with their lines.")
@option("--force", is_flag=True, help="Close an item with open criteria; needs --reason.")
@option("--reason", metavar="TEXT", help="The reason; written into the item as `forced_reason`.")
@verb("set")
def command(invocation: Invocation, /, **arguments: object) -> Reply:
    """Change fields of documents, in all of them or in none. Only the lines of the fields change.

    KEY=VALUE sets a key, KEY+=VALUE appends to a list, KEY-=VALUE removes from it.

    \b
    Example:
      forge set k3f status=in_progress priority=P1
      forge set 01-02 depends_on+=01-01
      forge set k3f status=done --force --reason "no longer needed"
    """
    return invocation.perform(**arguments)
