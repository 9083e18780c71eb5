"""forge attest: vouch for a truth, naming evidence."""

from __future__ import annotations

import click

from forge.front.cli.answer import App, Reply, verb
from forge.front.cli.click_types import Verb, option
from forge.front.cli.context import run_context
from forge.front.cli.shell_completion import names
from forge.planning.names.catalog import Catalog
from forge.run.proofs.attest import attest


@click.command("attest", cls=Verb)
@click.argument("name", shell_complete=names("plan", files=True))
@click.argument("must_have", metavar="truth:N")
@option(
    "--evidence",
    multiple=True,
    required=True,
    metavar="PATH",
    help="A file of the repository that shows it; may be repeated.",
    shell_complete=names(files=True),
)
@option("--note", default="", metavar="TEXT", help="What you saw.")
@verb("attest")
def command(app: App, name: str, must_have: str, evidence: tuple[str, ...], note: str) -> Reply:
    """Vouch, by name, for a truth that no command decides. It is kept under .planning/proofs/, or
    in the plan's open run.

    \b
    Example:
      forge attest 01-01 truth:2 --evidence docs/screenshot.png --note "seen in staging"
    """
    catalog = Catalog(app.repository.root)
    plan = catalog.load(catalog.one(name, app.here))
    done = attest(run_context(app), plan, must_have, list(evidence), note)
    return Reply(done.as_data(), done.describe())
