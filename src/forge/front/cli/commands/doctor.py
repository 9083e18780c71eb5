"""forge doctor: check whether everything that forge needs is there."""

from __future__ import annotations

import click

from forge.front.cli.click_types import Verb
from forge.front.cli.run_verb import Invocation, verb
from forge.front.envelope import Reply


@click.command("doctor", cls=Verb)
@verb("doctor")
def command(invocation: Invocation) -> Reply:
    """Check whether the system, the repository, the settings and each runner are ready, and say
    what to do if not.

    Nothing is changed, and no runner is started.

    \b
    Example:
      forge doctor
    """
    return invocation.perform()
