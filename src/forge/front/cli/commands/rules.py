"""forge rules: what validate looks for."""

from __future__ import annotations

import click

from forge.check.rules.catalog import RULES
from forge.front.cli.answer import App, Reply, verb
from forge.front.cli.click_types import Verb


@click.command("rules", cls=Verb)
@verb("rules", outside=True)
def command(app: App) -> Reply:
    """List the rules: their severity, whether they refuse a run, and what they say.

    \b
    Example:
      forge rules
    """
    data = [
        {"id": rule.id, "severity": rule.severity, "blocks": rule.blocks, "summary": rule.summary}
        for rule in RULES
    ]
    lines = [
        f"{rule.id:22} {rule.severity:8} {'blocks' if rule.blocks else '':7} {rule.summary}"
        for rule in RULES
    ]
    return Reply(
        {"rules": data},
        "\n".join([*lines, "", "`forge help RULE` tells about one, with a bad and a good example"]),
    )
