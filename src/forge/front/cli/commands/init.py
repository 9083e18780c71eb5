"""forge init: add what forge needs to a repository."""

from __future__ import annotations

import click

from forge.front.cli.answer import App, Reply, verb
from forge.front.cli.click_types import Verb
from forge.run.setup.init import initialize


@click.command("init", cls=Verb)
@verb("init")
def command(app: App) -> Reply:
    """Add .planning/forge.yaml, with every setting at its default. Nothing else is changed, and
    nothing is committed.

    \b
    Example:
      forge init && git add .planning && git commit -m "Add forge"
    """
    done = initialize(app.repository)
    lines = [f"wrote {path}" for path in done.created] or [".planning/forge.yaml is there already"]
    return Reply(
        {"created": done.created, "next": done.next},
        "\n".join([*lines, "next:", *(f"  {line}" for line in done.next)]),
    )
