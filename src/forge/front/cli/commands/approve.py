"""forge approve: a plan's exact text, or the answer that a run waits for."""

from __future__ import annotations

import click

from forge.front.cli.click_types import Verb, option
from forge.front.cli.run_verb import Invocation, verb
from forge.front.cli.shell_completion import names
from forge.front.envelope import Reply


@click.command("approve", cls=Verb)
@click.argument("name", required=False, shell_complete=names("plan", "run", files=True))
@option(
    "--print", "only_print", is_flag=True, help="Show what would be approved, and record nothing."
)
@option(
    "--runner",
    metavar="NAME",
    help="Approve the plan with this runner.",
    shell_complete=names("runner"),
)
@option("--option", metavar="ID", help="The option that a decision takes.")
@option("--note", default="", metavar="TEXT", help="A note on the answer, kept in the record.")
@verb("approve")
def command(invocation: Invocation, /, **arguments: object) -> Reply:
    """Approve a plan's exact text with its commands and runner. With a run, or without a name,
    answer the question that the run waits for.

    \b
    Example:
      forge approve 01-01          show it, and record your approval
      forge approve 01-01 --print  only show it
      forge approve                answer what the open run waits for
    """
    return invocation.perform(**arguments)
