"""The command `forge`: the verbs of the table, each loaded only when it is called."""

from __future__ import annotations

import importlib
import os
import sys
from typing import TYPE_CHECKING

import click

from forge import __version__
from forge.front.cli.click_types import Option, Verb, option
from forge.front.operations.table import OPERATIONS
from forge.lazy import at_first_use

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from forge.front.cli import run_verb, shell_completion
else:
    run_verb = at_first_use("forge.front.cli.run_verb")
    shell_completion = at_first_use("forge.front.cli.shell_completion")

difflib = at_first_use("difflib")  # for misspelled verbs only

_COMMANDS = "forge.front.cli.commands"
_COMPLETING = "_FORGE_COMPLETE"
_SUMMARIES = {verb: operation.summary for verb, operation in OPERATIONS.items()}


class Verbs(Verb, click.Group):
    """The verbs; the module of one is imported when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(OPERATIONS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of a verb and return its command."""
        if cmd_name not in OPERATIONS:
            return None
        command: click.Command = importlib.import_module(f"{_COMMANDS}.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Suggest the nearest verb for a name that is not a verb."""
        name = args[0] if args else ""
        if name and not (ctx.resilient_parsing or name in OPERATIONS or name.startswith("-")):
            near = difflib.get_close_matches(name, OPERATIONS, 1)
            hint = f"; did you mean `forge {near[0]}`?" if near else ""
            raise click.UsageError(f"there is no command `{name}`{hint}", ctx)
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete verbs, without importing them, and options."""
        verbs = shell_completion.matching(_SUMMARIES, incomplete)
        if not incomplete.startswith("-"):
            return verbs
        return [*verbs, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the verbs without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(_SUMMARIES.items()))


@click.group(
    cls=Verbs, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, cls=Option, prog_name="forge", message="%(prog)s %(version)s")
@option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def forge(ctx: click.Context, as_json: bool) -> None:
    """Plans that git can prove.

    forge executes approved plans from .planning/ step by step in this repository, commits a
    checkpoint before each edit, and checks the must-haves of each plan. Without a command it shows
    the status of the work and what to do next.

    \b
    Example:
      forge demo          see it work in a new folder
      forge status        show the status of the work here
      forge execute 01-01 execute a plan
    """
    if ctx.invoked_subcommand is None:
        status = forge.get_command(ctx, "status")
        assert status is not None
        ctx.invoke(status, as_json=as_json)


def main(args: list[str] | None = None) -> int:
    """Run the command line and return the exit status."""
    if _COMPLETING in os.environ:
        return _complete()
    try:
        plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
        status = forge.main(
            args=args, prog_name="forge", standalone_mode=False, color=False if plain else None
        )
    except SystemExit as exit_:
        return int(exit_.code or 0)
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except (click.Abort, KeyboardInterrupt):
        return 130
    except click.ClickException as error:
        return _refuse(error, sys.argv[1:] if args is None else args)
    return status if isinstance(status, int) else 0


def _complete() -> int:
    """Answer a shell that completes a command line; errors are silent, the user is typing."""
    try:
        forge.main(prog_name="forge", complete_var=_COMPLETING)
    except SystemExit as exit_:
        return int(exit_.code or 0)
    except Exception:
        return 1
    return 0


def _refuse(error: click.ClickException, args: list[str]) -> int:
    """Report a wrong command line, as JSON if that was asked for, and log the command."""
    verb = next((word for word in args if word in OPERATIONS), "")
    return run_verb.refuse_usage(verb, error.format_message(), as_json="--json" in args)
