"""How a command answers: one envelope of JSON, or text; and the one place where errors are
caught.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Concatenate, NamedTuple, ParamSpec, TextIO

import click

from forge.errors import (
    ForgeError,
    GitFailed,
    Interrupted,
    NotApproved,
    RepositoryError,
    StorageFailed,
    UsageError,
)
from forge.front.cli.click_types import option
from forge.git.repository import Repository
from forge.lazy import at_first_use
from forge.run.setup import command_log
from forge.run.setup.command_log import LoggedCommand

if TYPE_CHECKING:
    from forge.run.engine import crash_cleanup
    from forge.text.finding import Finding

traceback = at_first_use("traceback")  # for bugs alone
if not TYPE_CHECKING:
    crash_cleanup = at_first_use("forge.run.engine.crash_cleanup")  # where a command before died
P = ParamSpec("P")
_SCHEMA_VERSION = 1


class Reply(NamedTuple):
    """What a command has to say: data for programs, text for people, findings, and the exit status.

    `one_line` says that its JSON is the last of several lines.
    """

    data: dict[str, object]
    text: str = ""
    code: int = 0
    findings: list[Finding] | None = None
    one_line: bool = False


class App(NamedTuple):
    """What a command works with: the repository (None only where the verb needs none), the
    execution, and how to print.
    """

    verb: str
    as_json: bool
    here: Path
    found: Repository | None
    execution: LoggedCommand

    @property
    def repository(self) -> Repository:
        """The repository that the command was called in. Raises RepositoryError where there is
        none.
        """
        return self.found or Repository.discover(self.here)

    def put(self, line: str) -> None:
        """Print a line of an answer that is not whole yet. Raises BrokenPipeError where nobody
        takes it.
        """
        click.echo(_sayable(line))
        sys.stdout.flush()

    def say(self, text: str) -> None:
        """Tell a person something on the way: on standard error, never mixed up with the answer."""
        with contextlib.suppress(OSError):
            click.echo(_sayable(text), err=True)


def verb(
    name: str, *, outside: bool = False
) -> Callable[[Callable[Concatenate[App, P], Reply]], Callable[P, None]]:
    """Make a function that answers a verb into the callback of a command, with a `--json` option.

    `outside` says that the verb also works where there is no repository.
    """

    def wrap(function: Callable[Concatenate[App, P], Reply]) -> Callable[P, None]:
        def callback(*args: P.args, **options: P.kwargs) -> None:
            wanted = options.pop("as_json") or click.get_current_context().find_root().params.get(
                "as_json"
            )
            as_json = bool(wanted)
            click.get_current_context().exit(
                _answer(name, as_json, outside, lambda app: function(app, *args, **options))
            )

        functools.update_wrapper(callback, function)
        return option("--json", "as_json", is_flag=True, help="Print one JSON object.")(callback)

    return wrap


def _answer(name: str, as_json: bool, outside: bool, function: Callable[[App], Reply]) -> int:
    """Run a verb and say what came of it; the one place where errors are caught. Returns the exit
    status.
    """
    execution, repository = LoggedCommand("", []), None
    try:
        repository = _discover(outside)
        execution = command_log.start(repository, sys.argv[1:])
        if execution.closed_dead_commands and repository is not None:
            crash_cleanup.tidy_up(repository)
        reply = function(App(name, as_json, Path.cwd(), repository, execution))
        code, message = (
            _told(lambda: _print_reply(name, execution.id, reply, as_json), reply.code),
            "",
        )
    except ForgeError as error:
        code, message = _refused(name, execution.id, error, as_json)
    except (KeyboardInterrupt, click.Abort):
        code, message = _refused(
            name,
            execution.id,
            Interrupted("interrupted", "nothing is lost; call it again"),
            as_json,
        )
    except OSError as error:
        code, message = _refused(name, execution.id, StorageFailed.of(error), as_json)
    except Exception as error:
        code, message = 3, f"{type(error).__name__}: {error}"
        trace = "".join(traceback.format_exception(error))
        _told(lambda: _print_bug(name, execution, repository, message, trace, as_json), code)
    execution.finish(code, message)
    return code


def _discover(outside: bool) -> Repository | None:
    try:
        return Repository.discover(Path.cwd())
    except (RepositoryError, GitFailed):
        if not outside:
            raise
    except FileNotFoundError as error:
        raise RepositoryError("this folder is gone", "go to a folder that exists") from error
    return None


def _refused(name: str, execution: str, error: ForgeError, as_json: bool) -> tuple[int, str]:
    return (
        _told(lambda: _print_error(name, execution, error, as_json), error.exit_code),
        error.message,
    )


def _told(tell: Callable[[], None], code: int) -> int:
    """Print an answer; where nobody takes it the exit status stands, where it cannot be written it
    is 1 at least.
    """
    try:
        tell()
        sys.stdout.flush()
    except BrokenPipeError:
        _silence(sys.stdout, sys.stderr)
    except OSError as error:
        _silence(sys.stdout)
        with contextlib.suppress(OSError):
            click.echo(f"forge: what was printed could not be written: {error.strerror}", err=True)
        _silence(sys.stderr)
        return code or 1
    return code


def _silence(*streams: TextIO) -> None:
    """Let what is left in the buffers go nowhere, so that the interpreter does not fail on it at
    its end.
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in streams:
        with contextlib.suppress(OSError, ValueError):
            os.dup2(nowhere, stream.fileno())


def refuse_usage(name: str, message: str, as_json: bool) -> int:
    """Answer a command line that does not fit, leave its record, and return the exit status; `name`
    is empty without a verb.
    """
    repository = None
    with contextlib.suppress(ForgeError, OSError):
        repository = Repository.discover(Path.cwd())
    execution = command_log.start(repository, sys.argv[1:])
    error = UsageError(message, f"see `{f'forge {name}'.strip()} --help`")
    code, _ = _refused(name or "status", execution.id, error, as_json)
    execution.finish(code, message)
    return code


def _print_reply(name: str, execution: str, reply: Reply, as_json: bool) -> None:
    if not as_json:
        if reply.text:
            click.echo(_sayable(reply.text))
        return
    envelope: dict[str, object] = {
        "schema": f"forge.{name}/{_SCHEMA_VERSION}",
        "execution": execution,
        "ok": reply.code == 0,
        "data": reply.data,
    }
    if reply.findings is not None:
        envelope["findings"] = [finding.as_data() for finding in reply.findings]
    print_envelope(envelope, None if reply.one_line else 1)


def _sayable(text: str) -> str:
    """Return a text with what no terminal's encoding can say (half a surrogate pair, a byte that is
    no UTF-8) written out.
    """
    return text.encode("utf-8", "backslashreplace").decode()


def print_envelope(envelope: dict[str, object], indent: int | None = 1) -> None:
    """Print one JSON object on standard output; without an indent, on one line."""
    click.echo(
        json.dumps(envelope, ensure_ascii=False, indent=indent).encode("utf-8", "backslashreplace")
    )


def error_envelope(
    name: str, execution: str, kind: str, message: str, hint: str
) -> dict[str, object]:
    """Return the envelope of an error."""
    error = {"kind": kind, "message": message, "hint": hint}
    return {
        "schema": f"forge.{name}/{_SCHEMA_VERSION}",
        "execution": execution,
        "ok": False,
        "error": error,
    }


def _print_error(name: str, execution: str, error: ForgeError, as_json: bool) -> None:
    if as_json:
        envelope = error_envelope(name, execution, error.kind, error.message, error.hint)
        findings = getattr(error, "findings", None)
        if findings is not None:
            envelope["findings"] = [finding.as_data() for finding in findings]
        if isinstance(error, NotApproved):
            waits = {"kind": "plan", "step": None, "approval_id": None, "text": error.message}
            del envelope["error"]
            envelope["data"] = {
                "run": None,
                "plan": None,
                "status": None,
                "verdict": None,
                "step": None,
                "waiting_for": waits,
                "next": error.next_commands,
            }
        elif error.next_commands:
            envelope["error"] = {**envelope["error"], "next": error.next_commands}  # type: ignore[dict-item]
        print_envelope(envelope)
    click.echo(click.style("forge: ", bold=True) + _sayable(error.message), err=True)
    if error.hint:
        click.echo(f"  {error.hint}", err=True)
    for command in error.next_commands:
        click.echo(f"    {_sayable(command)}", err=True)


def _print_bug(
    name: str,
    execution: LoggedCommand,
    repository: Repository | None,
    what: str,
    trace: str,
    as_json: bool,
) -> None:
    log = command_log.bug_log(repository, execution.id or "unknown", trace)
    where = f"the details are in {log}" if log else "no log could be written"
    message = f"this is a bug in forge ({what}); {where}"
    if as_json:
        print_envelope(
            error_envelope(name, execution.id, "bug", message, "please report it with the log")
        )
    click.echo(
        f"forge: {message}\n  please report it with the log; nothing of yours was thrown away",
        err=True,
    )
