"""forge graph: the plans and what they wait for."""

from __future__ import annotations

import click

from forge.errors import UnknownName
from forge.front.cli.answer import App, Reply, verb
from forge.front.cli.click_types import Verb, option
from forge.front.cli.shell_completion import names
from forge.planning.names.catalog import Catalog
from forge.views.tracker.graph import DRAWINGS, graph
from forge.views.tracker.status import load_tracker


@click.command("graph", cls=Verb)
@click.argument("phase", required=False, shell_complete=names("phase"))
@option(
    "--format",
    "form",
    type=click.Choice(tuple(DRAWINGS)),
    default="text",
    show_default=True,
    help="How to draw it.",
)
@verb("graph")
def command(app: App, phase: str | None, form: str) -> Reply:
    """Draw which plan waits for which, of all phases or of one.

    \b
    Example:
      forge graph
      forge graph 01 --format mermaid
      forge graph --format dot | dot -Tsvg > plans.svg
    """
    found = graph(load_tracker(app.repository), _folder(app, phase) if phase else None)
    return Reply({**found.as_data(), "drawing": DRAWINGS[form](found)}, DRAWINGS[form](found))


def _folder(app: App, name: str) -> str:
    catalog = Catalog(app.repository.root)
    found = catalog.phase(name, app.here)
    if found is None:
        listed = "".join(f"\n  {phase.folder}" for phase in catalog.phases)
        raise UnknownName(
            f"there is no phase `{name}`; there are:{listed}",
            "name one by its number or its folder",
        )
    return found.folder
