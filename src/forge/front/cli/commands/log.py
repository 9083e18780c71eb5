"""forge log: the runs with their steps and commits."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from forge.front.cli.click_types import Verb, option
from forge.front.cli.output import rendered
from forge.front.cli.run_verb import Invocation, verb
from forge.front.cli.shell_completion import names
from forge.front.envelope import Reply
from forge.lazy import at_first_use

if TYPE_CHECKING:
    from forge.git import pager
    from forge.git.repository import Repository
else:
    pager = at_first_use("forge.git.pager")


@click.command("log", cls=Verb)
@click.argument("name", required=False, shell_complete=names("plan", "run"))
@option(
    "-n",
    "--max-count",
    type=click.IntRange(1),
    metavar="N",
    help="Show at most N runs, the newest; without this 20.",
)
@option("--all", "every", is_flag=True, help="Show all of them.")
@verb("log")
def command(invocation: Invocation, /, **arguments: object) -> Reply:
    """Show runs and their steps, newest run first, each step with its commits. NAME is a run, or a
    plan for all of its runs.

    At a terminal it is shown with git's own pager and colors.

    \b
    Example:
      forge log
      forge log 01-01 -n 1
    """
    reply = invocation.perform(**arguments)
    if invocation.as_json or not reply.view:
        return reply
    if sys.stdout.isatty() and _paged(invocation.call.repository, rendered(reply.shown())):
        return reply._replace(text="")
    return reply


def _paged(repository: Repository, text: str) -> bool:
    """Show a text with git's pager and colors; return False if git would just print it."""
    context = click.get_current_context()
    if context.color is None and not pager.wants_color(repository):
        context.color = False
    return pager.page(repository, click.unstyle(text) if context.color is False else text)
