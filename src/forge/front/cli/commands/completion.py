"""forge completion: what makes a shell complete forge's commands, options and names."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from forge.front.cli.answer import App, Reply, verb
from forge.front.cli.declaring import Verb

SHELLS = ("bash", "zsh", "fish")


@click.command("completion", cls=Verb)
@click.argument("shell", type=click.Choice(SHELLS))
@verb("completion", outside=True)
def command(app: App, shell: str) -> Reply:
    """Print what makes a shell complete commands, options, and the names of this repository's plans, runs and items.

    \b
    Example:
      forge completion bash >> ~/.bashrc
      forge completion zsh >> ~/.zshrc
      forge completion fish > ~/.config/fish/completions/forge.fish
    """
    found = get_completion_class(shell)
    assert found is not None
    script = found(click.get_current_context().find_root().command, {}, "forge", "_FORGE_COMPLETE").source().strip()
    return Reply({"shell": shell, "script": script}, script)
