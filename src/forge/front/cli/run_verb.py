"""Runs a verb: makes its call, performs the operation, prints the reply, and logs the command."""

from __future__ import annotations

import contextlib
import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Concatenate, ParamSpec

import click

from forge.errors import ForgeError, GitFailed, RepositoryError, UsageError
from forge.front.cli.caller import TerminalCaller
from forge.front.cli.click_types import option
from forge.front.cli.output import deliver, print_reply
from forge.front.envelope import Reply
from forge.front.operations.call import Call
from forge.front.operations.table import OPERATIONS, Operation
from forge.git.intent.place import is_pending
from forge.git.repository import Repository
from forge.git.sharing import share_after
from forge.lazy import at_first_use
from forge.records.store import guard_records
from forge.run.setup import command_log
from forge.run.setup.command_log import LoggedCommand

if TYPE_CHECKING:
    from forge.front.cli import failures
    from forge.git.intent import recover
    from forge.run.engine import crash_cleanup, unguarded
else:
    failures = at_first_use("forge.front.cli.failures")
    recover = at_first_use("forge.git.intent.recover")
    crash_cleanup = at_first_use("forge.run.engine.crash_cleanup")  # after a crash only
    unguarded = at_first_use(
        "forge.run.engine.unguarded"
    )  # while foreign code runs, or after a crash

P = ParamSpec("P")


class Invocation:
    """A verb on the command line: its operation, and the call to perform it with."""

    def __init__(self, operation: Operation, call: Call, caller: TerminalCaller) -> None:
        self.operation = operation
        self.call = call
        self.caller = caller

    @property
    def as_json(self) -> bool:
        return self.caller.as_json

    def perform(self, **arguments: object) -> Reply:
        """Perform the operation. `arguments` are the fields of its arguments."""
        return self.operation.perform(self.call, **arguments)


def verb(name: str) -> Callable[[Callable[Concatenate[Invocation, P], Reply]], Callable[P, None]]:
    """Make a function of an invocation into the callback of a command, with a `--json` option."""

    def wrap(function: Callable[Concatenate[Invocation, P], Reply]) -> Callable[P, None]:
        def callback(*args: P.args, **options: P.kwargs) -> None:
            context = click.get_current_context()
            as_json = options.pop("as_json") or context.find_root().params.get("as_json")
            caller = TerminalCaller(as_json=bool(as_json))
            context.exit(
                _run(OPERATIONS[name], caller, lambda call: function(call, *args, **options))
            )

        functools.update_wrapper(callback, function)
        return option("--json", "as_json", is_flag=True, help="Print one JSON object.")(callback)

    return wrap


def _run(
    operation: Operation, caller: TerminalCaller, function: Callable[[Invocation], Reply]
) -> int:
    """Run a verb, print its reply or its error, and return the exit status."""
    name, execution, repository = operation.verb, LoggedCommand("", []), None
    try:
        folder = _current_folder(operation)
        repository = _discover(folder, outside=operation.outside)
        execution = command_log.start(repository, sys.argv[1:])
        if execution.closed_dead_commands and repository is not None:
            crash_cleanup.clean_up(repository)
        if repository is not None and not operation.anywhere and guard_records(repository):
            unguarded.require_known(repository, operation.verb)
        _take_back(repository, caller, crashed=execution.closed_dead_commands)
        call = Call(folder, repository, execution, caller)
        reply = function(Invocation(operation, call, caller))
        code, message = (
            deliver(
                lambda: print_reply(name, execution.id, reply, as_json=caller.as_json), reply.code
            ),
            "",
        )
    except (Exception, KeyboardInterrupt) as error:
        code, message = failures.report(name, execution, repository, error, as_json=caller.as_json)
    execution.finish(code, message)
    if repository is not None:
        share_after(repository, everything=operation.writes)
    return code


def _take_back(repository: Repository | None, caller: TerminalCaller, *, crashed: bool) -> None:
    """Take back what a command that was killed left half done, and report it."""
    if repository is not None and (crashed or is_pending(repository)):
        for line in recover.recover(repository, crashed=crashed):
            caller.note(line)


def _current_folder(operation: Operation) -> Path:
    """Return the current folder. Raises RepositoryError if it was removed or may not be read,
    unless the verb works anywhere.
    """
    try:
        return Path.cwd()
    except FileNotFoundError as error:
        if operation.anywhere:
            return Path("/")
        raise RepositoryError(
            "the current folder was removed", "go to a folder that exists, such as with `cd ~`"
        ) from error


def _discover(folder: Path, *, outside: bool) -> Repository | None:
    """Return the repository of a folder, or None if the verb works without one."""
    try:
        repository = Repository.discover(folder)
        repository.require_no_pipes()
        return repository
    except (RepositoryError, GitFailed):
        if not outside:
            raise
    return None


def refuse_usage(name: str, message: str, *, as_json: bool) -> int:
    """Report a wrong command line, log the command, and return the exit status.

    `name` is empty without a verb.
    """
    repository = None
    with contextlib.suppress(ForgeError, OSError):
        repository = Repository.discover(Path.cwd())
    execution = command_log.start(repository, sys.argv[1:])
    error = UsageError(message, f"see `{f'forge {name}'.strip()} --help`")
    code, _ = failures.report(name or "status", execution, repository, error, as_json=as_json)
    execution.finish(code, message)
    if repository is not None:
        share_after(repository, everything=False)
    return code
