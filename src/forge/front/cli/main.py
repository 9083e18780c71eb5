"""The command `forge`: a table of verbs, each loaded only when it is called."""

from __future__ import annotations

import importlib
import os
import sys
from typing import TYPE_CHECKING

import click

from forge import __version__
from forge.front.cli.click_types import Option, Verb, option
from forge.lazy import at_first_use

if TYPE_CHECKING:
    from click import shell_completion
    from click.shell_completion import CompletionItem
else:
    shell_completion = at_first_use("click.shell_completion")  # for shells only

difflib = at_first_use("difflib")  # for slips of the pen only

VERBS = {
    "init": "add what forge needs to this repository",
    "new": "make a mission, a phase, a plan or a backlog item",
    "set": "change fields of documents",
    "tick": "tick an acceptance criterion of an item",
    "edit": "edit a document, held against the rules on save",
    "move": "give a document another phase, number or name",
    "archive": "put a document away; its id stays taken",
    "list": "list missions, phases, plans and items",
    "show": "show a document and how it stands",
    "search": "find words in the documents",
    "validate": "say what is wrong with the documents",
    "approve": "approve a plan's exact text, or answer what a run waits for",
    "reject": "answer what a run waits for with no",
    "execute": "execute an approved plan",
    "resume": "go on with a run",
    "pause": "pause a run at the next step's edge",
    "retry": "do the current step again from its checkpoint",
    "stop": "end a run for good",
    "skip": "leave out the current step",
    "rollback": "put back what a run changed",
    "undo": "undo the latest rollback",
    "attest": "vouch for a truth, naming evidence",
    "waive": "waive a must-have, with a reason",
    "status": "show where things stand",
    "ready": "list what can start now, and why the rest cannot",
    "next": "say what to do next",
    "board": "show plans and items in columns",
    "graph": "draw which plan waits for which",
    "trace": "trace requirements to plans, runs and evidence",
    "runs": "list the runs",
    "timeline": "show a run's events",
    "log": "show the runs with their steps and commits",
    "diff": "show what a run, or a step of it, changed",
    "report": "write a run, a phase or a mission as one page",
    "replay": "hold a run's record against git",
    "audit": "hold every plan that is called complete against the tree",
    "verify": "decide a plan's must-haves on the tree",
    "doctor": "say whether everything that forge needs is there",
    "rules": "list the rules of validate",
    "help": "tell about a topic, a command or a rule",
    "completion": "print what makes a shell complete commands and names",
    "demo": "make a small repository and execute a plan in it",
}
_COMPLETING = "_FORGE_COMPLETE"


class Verbs(Verb, click.Group):
    """The verbs; the module of one is imported when it is called, not before."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the verbs in the order of a newcomer's way."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of a verb and return its command."""
        if cmd_name not in VERBS:
            return None
        module = importlib.import_module(f"forge.front.cli.commands.{cmd_name}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Name the nearest verb where there is none of a name."""
        if (
            args
            and not ctx.resilient_parsing
            and args[0] not in VERBS
            and not args[0].startswith("-")
        ):
            near = difflib.get_close_matches(args[0], VERBS, 1)
            hint = f"; did you mean `forge {near[0]}`?" if near else ""
            raise click.UsageError(f"there is no command `{args[0]}`{hint}", ctx)
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Offer the verbs without importing them; and options."""
        found = [
            shell_completion.CompletionItem(name, help=about)
            for name, about in VERBS.items()
            if name.startswith(incomplete)
        ]
        return [
            *found,
            *(
                click.Command.shell_complete(self, ctx, incomplete)
                if incomplete.startswith("-")
                else ()
            ),
        ]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the verbs without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))


@click.group(
    cls=Verbs, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, cls=Option, prog_name="forge", message="%(prog)s %(version)s")
@option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def forge(ctx: click.Context, as_json: bool) -> None:
    """Plans that git can prove.

    forge executes approved plans from .planning/ step by step in this repository, commits a
    checkpoint before each edit, and holds each plan to its must-haves. Without a command it shows
    where things stand and what to do next.

    \b
    Example:
      forge demo          see it work in a new folder
      forge status        where things stand here
      forge execute 01-01 execute a plan
    """
    if ctx.invoked_subcommand is None:
        status = importlib.import_module("forge.front.cli.commands.status").command
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
    except SystemExit as done:
        return int(done.code or 0)
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.Abort:
        return 130
    except click.ClickException as error:
        return _usage(error, sys.argv[1:] if args is None else args)
    except KeyboardInterrupt:
        return 130
    return status if isinstance(status, int) else 0


def _complete() -> int:
    """Answer a shell that asks how a line may go on. It says nothing where that cannot be told:
    somebody is typing.
    """
    try:
        forge.main(prog_name="forge", complete_var=_COMPLETING)
    except SystemExit as done:
        return int(done.code or 0)
    except Exception:
        return 1
    return 0


def _usage(error: click.ClickException, args: list[str]) -> int:
    """Tell what is wrong with a command line, as JSON where that was asked for, and leave its
    record.
    """
    answer = importlib.import_module("forge.front.cli.answer")
    verb = next((word for word in args if word in VERBS), "")
    status: int = answer.refuse_usage(verb, error.format_message(), "--json" in args)
    return status
