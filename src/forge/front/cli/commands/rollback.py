"""forge rollback: revert what a run changed."""

from __future__ import annotations

import click

from forge.front.cli.click_types import Verb, option
from forge.front.cli.run_verb import Invocation, verb
from forge.front.cli.shell_completion import names
from forge.front.envelope import Reply


@click.command("rollback", cls=Verb)
@click.argument("run", required=False, shell_complete=names("run"))
@option(
    "--to",
    "to",
    metavar="STEP",
    help="Revert this step (id or number) and later ones; by default all.",
)
@verb("rollback")
def command(invocation: Invocation, /, **arguments: object) -> Reply:
    """Restore the files that a run committed to their state before it, keep a snapshot, and commit
    the result.

    If a path was changed since then, nothing is written. In an open run `resume` does the steps
    again.

    \b
    Example:
      forge rollback
      forge rollback --to 2
      forge rollback 20261120T025549Z-01-01-k3f9
    """
    return invocation.perform(**arguments)
