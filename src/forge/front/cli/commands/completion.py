"""forge completion: what makes a shell complete forge's commands, options and names."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from forge.front.cli.answer import App, Reply, verb
from forge.front.cli.click_types import Verb

SHELLS = ("bash", "zsh", "fish")
_FISH = """\
function _forge_completion
    set -l words COMP_WORDS=(commandline -cp) COMP_CWORD=(commandline -t)
    set -l response (env _FORGE_COMPLETE=fish_complete $words forge)
    for completion in $response
        set -l parts (string split --max 1 "," -- $completion)
        switch $parts[1]
            case dir
                __fish_complete_directories $parts[2]
            case file
                __fish_complete_path $parts[2]
            case plain
                echo $parts[2]
        end
    end
end

complete --no-files --command forge --arguments '(_forge_completion)'"""
# click's own ends a description at its first comma


@click.command("completion", cls=Verb)
@click.argument("shell", type=click.Choice(SHELLS))
@verb("completion", outside=True)
def command(app: App, shell: str) -> Reply:
    """Print what makes a shell complete commands, options, and the names of this repository's
    plans, runs and items.

    \b
    Example:
      forge completion bash >> ~/.bashrc
      forge completion zsh >> ~/.zshrc
      mkdir -p ~/.config/fish/completions
      forge completion fish > ~/.config/fish/completions/forge.fish
    """
    script = _FISH if shell == "fish" else _of_click(shell)
    return Reply({"shell": shell, "script": script}, script)


def _of_click(shell: str) -> str:
    found = get_completion_class(shell)
    assert found is not None
    return (
        found(click.get_current_context().find_root().command, {}, "forge", "_FORGE_COMPLETE")
        .source()
        .strip()
    )
