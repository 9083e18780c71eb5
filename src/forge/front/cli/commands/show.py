"""forge show: a document, or a run, and its status."""

from __future__ import annotations

import click

from forge.front.cli.click_types import Verb
from forge.front.cli.run_verb import Invocation, verb
from forge.front.cli.shell_completion import DOCUMENTS, names
from forge.front.envelope import Reply


@click.command("show", cls=Verb)
@click.argument("name", metavar="DOC|RUN", shell_complete=names(*DOCUMENTS, "run", files=True))
@verb("show")
def command(invocation: Invocation, /, **arguments: object) -> Reply:
    """Show a plan, a phase, a mission or an item: its fields, its steps or criteria, its findings,
    and its runs.

    For a run it shows what was asked, done and proven, by whom, and the evidence.

    \b
    Example:
      forge show 01-02
      forge show k3f
      forge show 20261120T025549Z-01-01-k3f9
    """
    return invocation.perform(**arguments)
