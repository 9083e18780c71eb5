"""forge demo: a small repository, and a plan executed in it."""

from __future__ import annotations

import click

from forge.front.cli.answer import App, Reply, verb
from forge.front.cli.click_types import Verb
from forge.front.cli.terminal import progress
from forge.run.setup.demo import make_and_execute


@click.command("demo", cls=Verb)
@click.argument("folder", required=False)
@verb("demo", outside=True)
def command(app: App, folder: str | None) -> Reply:
    """Make a small repository in a new folder and execute a plan in it for real: no agent, key or
    network.

    \b
    Example:
      forge demo
      forge demo /tmp/forge-demo
    """
    done = make_and_execute(
        app.here / folder if folder else None, app.execution.id, progress, app.say
    )
    return Reply(done.as_data(), done.describe(), 0 if done.verdict == "proven" else 1)
