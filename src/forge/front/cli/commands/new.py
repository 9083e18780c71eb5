"""forge new: a mission, a phase, a plan or a backlog item."""

from __future__ import annotations

import click

from forge.front.cli.click_types import Verb, option
from forge.front.cli.run_verb import Invocation, verb
from forge.front.cli.shell_completion import names
from forge.front.envelope import Reply


@click.command("new", cls=Verb)
@click.argument("kind", type=click.Choice(("item", "mission", "phase", "plan")))
@click.argument("title", nargs=-1, required=True)
@option(
    "--phase",
    metavar="PHASE",
    help="For a plan: its phase. For a mission: its first phase.",
    shell_complete=names("phase"),
)
@option(
    "--depends-on",
    multiple=True,
    metavar="ID",
    help="What has to be done first; can be repeated.",
    shell_complete=names("plan", "item"),
)
@option(
    "--wave",
    type=click.IntRange(0),
    metavar="N",
    help="For a plan: its wave; by default the one after its dependencies.",
)
@option(
    "--requirement",
    "requirements",
    multiple=True,
    metavar="ID",
    help="For a plan: a requirement that it covers.",
)
@option(
    "--priority",
    type=click.Choice(("P0", "P1", "P2", "P3")),
    help="For an item: P0 is the most urgent; P2 by default.",
)
@option(
    "--status",
    type=click.Choice(("todo", "in_progress", "blocked", "done")),
    help="For an item: todo by default.",
)
@option("--accept", multiple=True, metavar="TEXT", help="For an item: an acceptance criterion.")
@option(
    "--link",
    "links",
    multiple=True,
    metavar="TEXT",
    help="For an item: a plan, a file or an address.",
)
@option("--goal", metavar="TEXT", help="For a mission: the wanted outcome; its title by default.")
@verb("new")
def command(invocation: Invocation, /, **arguments: object) -> Reply:
    """Make a document. Nothing is committed, and nothing else is changed.

    \b
    Example:
      forge new phase "Log in"
      forge new plan "Passwords are hashed" --phase 2 --depends-on 02-01
      forge new item "Say why a log-in failed" --priority P1 --accept "The page names the reason"
    """
    return invocation.perform(**arguments)
