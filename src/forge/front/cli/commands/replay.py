"""forge replay: check a run's record"""

from __future__ import annotations

import click

from forge.front.cli.click_types import Verb
from forge.front.cli.run_verb import Invocation, verb
from forge.front.cli.shell_completion import names
from forge.front.envelope import Reply


@click.command("replay", cls=Verb)
@click.argument("run", required=False, shell_complete=names("run"))
@verb("replay")
def command(invocation: Invocation, /, **arguments: object) -> Reply:
    """Check a run's events against themselves and against git: the chain, the plan, each commit,
    the evidence, the counts.

    Without a name it is the open run, else the last one. A later change is reported at its event,
    and the exit status is 1; what this clone cannot check is listed as not checked.

    \b
    Example:
      forge replay
      forge replay 20261120T025549Z-01-01-k3f9 --json
    """
    return invocation.perform(**arguments)
