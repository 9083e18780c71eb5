"""forge new: a mission, a phase, a plan or a backlog item."""

from __future__ import annotations

import importlib

import click

from forge.errors import UsageError
from forge.front.cli.answer import App, Reply, verb
from forge.front.cli.click_types import Verb, option
from forge.front.cli.shell_completion import names
from forge.planning.backlog.paths import PRIORITIES, STATUSES
from forge.planning.edits.new_documents import Wishes

_MAKERS = {
    "item": "forge.run.documents.items",
    "mission": "forge.run.documents.missions",
    "phase": "forge.run.documents.phases",
    "plan": "forge.run.documents.plans",
}
_TAKES = {
    "item": {"priority", "status", "depends_on", "accept", "links"},
    "mission": {"goal", "phase"},
    "phase": {"depends_on"},
    "plan": {"phase", "wave", "depends_on", "requirements"},
}


@click.command("new", cls=Verb)
@click.argument("kind", type=click.Choice(sorted(_MAKERS)))
@click.argument("title", nargs=-1, required=True)
@option(
    "--phase",
    metavar="PHASE",
    help="Of a plan: the phase it is part of. Of a mission: its first phase.",
    shell_complete=names("phase"),
)
@option(
    "--depends-on",
    multiple=True,
    metavar="ID",
    help="What comes first; several times for several.",
    shell_complete=names("plan", "item"),
)
@option(
    "--wave",
    type=click.IntRange(0),
    metavar="N",
    help="Of a plan: its wave, else the one behind what it depends on.",
)
@option(
    "--requirement",
    "requirements",
    multiple=True,
    metavar="ID",
    help="Of a plan: a requirement that it serves.",
)
@option(
    "--priority",
    type=click.Choice(PRIORITIES),
    help="Of an item: P0 is the most urgent; P2 by default.",
)
@option("--status", type=click.Choice(STATUSES), help="Of an item: todo by default.")
@option("--accept", multiple=True, metavar="TEXT", help="Of an item: how to tell that it is done.")
@option(
    "--link",
    "links",
    multiple=True,
    metavar="TEXT",
    help="Of an item: a plan, a file or an address.",
)
@option(
    "--goal", metavar="TEXT", help="Of a mission: the outcome that is wanted; its title by default."
)
@verb("new")
def command(app: App, /, kind: str, title: tuple[str, ...], **options: object) -> Reply:
    """Make a document. Nothing is committed, and nothing else is changed.

    \b
    Example:
      forge new phase "Log in"
      forge new plan "Passwords are hashed" --phase 2 --depends-on 02-01
      forge new item "Say why a log-in failed" --priority P1 --accept "The page names the reason"
    """
    given = {name: value for name, value in options.items() if value not in (None, ())}
    surplus = sorted(set(given) - _TAKES[kind])
    if surplus:
        known = ", ".join(f"--{name.replace('_', '-').removesuffix('s')}" for name in surplus)
        raise UsageError(
            f"a {kind} has no {known}", "leave it out; `forge help new` tells what each kind takes"
        )
    wishes = Wishes(**given)  # type: ignore[arg-type]
    maker = importlib.import_module(_MAKERS[kind])
    created = maker.create(app.repository, " ".join(title), wishes, app.here)
    return Reply(created.as_data(), f"{created.id}  {created.path}")
