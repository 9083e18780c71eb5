"""forge verify: decide must-haves on the tree."""

from __future__ import annotations

import click

from forge.front.cli.click_types import Verb, option
from forge.front.cli.run_verb import Invocation, verb
from forge.front.cli.shell_completion import names
from forge.front.envelope import Reply


@click.command("verify", cls=Verb)
@click.argument("name", required=False, shell_complete=names("plan", files=True))
@option("--all", "every", is_flag=True, help="Judge every plan.")
@option(
    "--rev", metavar="REV", help="Judge this revision, from git objects; the work tree is not read."
)
@option("--strict", is_flag=True, help="Count only commands that passed on exactly this tree.")
@option(
    "--run",
    "run",
    is_flag=True,
    help="First run the truths' commands of approved plans, and keep what they prove.",
)
@verb("verify")
def command(invocation: Invocation, /, **arguments: object) -> Reply:
    """Decide each must-have of a plan or a phase, and show the evidence. No command of a plan is
    run without --run.

    \b
    Example:
      forge verify 01-01
      forge verify 01-foundation --rev HEAD~3
      forge verify 01-01 --run
    """
    return invocation.perform(**arguments)
