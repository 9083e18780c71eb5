"""forge attest: confirm a truth, with evidence."""

from __future__ import annotations

import click

from forge.front.cli.click_types import Verb, option
from forge.front.cli.run_verb import Invocation, verb
from forge.front.cli.shell_completion import names
from forge.front.envelope import Reply


@click.command("attest", cls=Verb)
@click.argument("name", shell_complete=names("plan", files=True))
@click.argument("must_have", metavar="truth:N")
@option(
    "--evidence",
    multiple=True,
    required=True,
    metavar="PATH",
    help="A file of the repository that shows it; can be repeated.",
    shell_complete=names(files=True),
)
@option("--note", default="", metavar="TEXT", help="What you saw.")
@verb("attest")
def command(invocation: Invocation, /, **arguments: object) -> Reply:
    """Confirm, by your name, a truth that no command decides. The proof is kept under
    .planning/proofs/, or in the plan's open run.

    \b
    Example:
      forge attest 01-01 truth:2 --evidence docs/screenshot.png --note "seen in staging"
    """
    return invocation.perform(**arguments)
