"""forge completion: the script that completes commands in a shell."""

from __future__ import annotations

import click

from forge.front.cli.click_types import Verb
from forge.front.cli.run_verb import Invocation, verb
from forge.front.envelope import Reply


@click.command("completion", cls=Verb)
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
@verb("completion")
def command(invocation: Invocation, /, **arguments: object) -> Reply:
    """Print the script that makes a shell complete commands, options, and the names of this
    repository's plans, runs and items.

    \b
    Example:
      forge completion bash >> ~/.bashrc
      forge completion zsh >> ~/.zshrc
      mkdir -p ~/.config/fish/completions
      forge completion fish > ~/.config/fish/completions/forge.fish
    """
    return invocation.perform(**arguments)
