"""forge trace: requirements with their plans, runs and evidence."""

from __future__ import annotations

import click

from forge.front.cli.click_types import Verb, option
from forge.front.cli.run_verb import Invocation, verb
from forge.front.envelope import Reply


@click.command("trace", cls=Verb)
@click.argument("requirement", required=False)
@option("--uncovered", is_flag=True, help="Only requirements that no plan names.")
@verb("trace")
def command(invocation: Invocation, /, **arguments: object) -> Reply:
    """Trace each requirement to the plans that name it, to their runs and to the evidence; and show
    what is not covered.

    \b
    Example:
      forge trace
      forge trace AUTH-01
      forge trace --uncovered
    """
    return invocation.perform(**arguments)
