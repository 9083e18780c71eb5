"""forge audit: check every plan that is called complete."""

from __future__ import annotations

import click

from forge.front.cli.click_types import Verb, option
from forge.front.cli.run_verb import Invocation, verb
from forge.front.envelope import Reply


@click.command("audit", cls=Verb)
@option("--rev", metavar="REV", default="HEAD", help="Judge this revision instead of HEAD.")
@option(
    "--at-completion", is_flag=True, help="Also judge each plan at the commit that completed it."
)
@option("--strict", is_flag=True, help="Count only commands that passed on exactly this tree.")
@verb("audit")
def command(invocation: Invocation, /, **arguments: object) -> Reply:
    """Check every plan that is called complete (by a summary, a ticked box or a run) against the
    tree, worst first.

    No command of a plan is run, and the work tree is not read.

    \b
    Example:
      forge audit
      forge audit --at-completion
      forge audit --rev v1.0 --json
    """
    return invocation.perform(**arguments)
