"""forge help: the manual at the terminal."""

from __future__ import annotations

import sys

import click

from forge.front.cli.click_types import Verb
from forge.front.cli.output import print_paged
from forge.front.cli.run_verb import Invocation, verb
from forge.front.cli.shell_completion import topics
from forge.front.envelope import Reply


@click.command("help", cls=Verb)
@click.argument("topic", required=False, shell_complete=topics)
@verb("help")
def command(invocation: Invocation, /, topic: str | None) -> Reply:
    """Show the manual on a topic, a command, or a rule of `forge rules`; without a name, list them.
    At a terminal it is shown in a pager.

    \b
    Example:
      forge help plans
      forge help exit-codes
      forge help depends-cycle
    """
    reply = invocation.perform(topic=topic)
    if topic is None or invocation.as_json or not sys.stdout.isatty():
        return reply
    print_paged(reply.shown())
    return reply._replace(text="")
