"""forge waive: do without a must-have, with a reason."""

from __future__ import annotations

import click

from forge.front.cli.answer import App, Reply, verb
from forge.front.cli.click_types import Verb, option
from forge.front.cli.context import run_context
from forge.front.cli.shell_completion import names
from forge.planning.names.catalog import Catalog
from forge.run.proofs.attest import waive


@click.command("waive", cls=Verb)
@click.argument("name", shell_complete=names("plan", files=True))
@click.argument("must_have", metavar="KIND:N")
@option("--reason", required=True, metavar="TEXT", help="Why the plan is done without it.")
@verb("waive")
def command(app: App, name: str, must_have: str, reason: str) -> Reply:
    """Waive a must-have, by name and with a reason. It is counted apart, never as passed.

    \b
    Example:
      forge waive 01-01 artifact:3 --reason "moved to plan 02-01"
    """
    catalog = Catalog(app.repository.root)
    plan = catalog.load(catalog.one(name, app.here))
    done = waive(run_context(app), plan, must_have, reason)
    return Reply(done.as_data(), done.describe())
