"""forge help: the manual at the terminal."""

from __future__ import annotations

import shutil
import sys

import click

from forge.front.cli.answer import App, Reply, verb
from forge.front.cli.click_types import Verb
from forge.front.cli.main import VERBS
from forge.front.cli.shell_completion import topics
from forge.views.manual import topics as manual

_WIDEST = 120  # columns


@click.command("help", cls=Verb)
@click.argument("topic", required=False, shell_complete=topics)
@verb("help", outside=True)
def command(app: App, topic: str | None) -> Reply:
    """Tell about a topic, a command, or a rule of `forge rules`; without a name, list them. At a
    terminal, in a pager.

    \b
    Example:
      forge help plans
      forge help exit-codes
      forge help depends-cycle
    """
    if topic is None:
        listed = [{"name": name, "about": about} for name, about in manual.topics().items()]
        return Reply({"topics": listed, "commands": list(VERBS)}, _contents())
    text = manual.text_about(topic, VERBS, min(shutil.get_terminal_size().columns, _WIDEST))
    if app.as_json or not sys.stdout.isatty():
        return Reply({"topic": topic, "text": text}, text)
    click.echo_via_pager(f"{text}\n")
    return Reply({})


def _contents() -> str:
    topics = [f"  {name:14} {about}" for name, about in manual.topics().items()]
    verbs = [f"  {name:14} {about}" for name, about in VERBS.items()]
    return "\n".join(
        [
            "topics:",
            *topics,
            "",
            "commands:",
            *verbs,
            "",
            "rules: `forge rules` lists them; `forge help RULE` tells",
        ]
    )
