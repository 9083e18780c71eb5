"""forge graph: which plan waits for which."""

from __future__ import annotations

import click

from forge.front.cli.click_types import Verb, option
from forge.front.cli.run_verb import Invocation, verb
from forge.front.cli.shell_completion import names
from forge.front.envelope import Reply


@click.command("graph", cls=Verb)
@click.argument("phase", required=False, shell_complete=names("phase"))
@option(
    "--format",
    "form",
    type=click.Choice(("text", "mermaid", "dot")),
    default="text",
    show_default=True,
    help="The form of the drawing.",
)
@verb("graph")
def command(invocation: Invocation, /, **arguments: object) -> Reply:
    """Draw which plan waits for which, in all phases or in one.

    \b
    Example:
      forge graph
      forge graph 01 --format mermaid
      forge graph --format dot | dot -Tsvg > plans.svg
    """
    return invocation.perform(**arguments)
