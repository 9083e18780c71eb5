"""How a command answers: one envelope of JSON, or text; and the one place where errors are caught."""

from __future__ import annotations

import functools
import json
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Concatenate, ParamSpec

import click

from forge.errors import ForgeError, Interrupted, NotApproved, RepositoryError, StorageFailed
from forge.git.repository import Repository
from forge.run import executions
from forge.run.executions import Execution
from forge.text.finding import Finding

P = ParamSpec("P")
_SCHEMA_VERSION = 1


@dataclass
class Reply:
    """What a command has to say: data for programs, text for people, findings, and the exit status."""

    data: dict[str, object]
    text: str = ""
    code: int = 0
    findings: list[Finding] | None = None


@dataclass
class App:
    """What a command works with: the repository (None only where the verb needs none), the execution, and how to print."""

    verb: str
    as_json: bool
    here: Path
    found: Repository | None
    execution: Execution
    notes: list[str] = field(default_factory=list)

    @property
    def repository(self) -> Repository:
        """The repository that the command was called in. Raises RepositoryError where there is none."""
        return self.found or Repository.discover(self.here)

    def say(self, text: str) -> None:
        """Tell a person something on the way: on standard error, never mixed up with the answer."""
        click.echo(text, err=True)


def verb(name: str, *, outside: bool = False) -> Callable[[Callable[Concatenate[App, P], Reply]], Callable[P, None]]:
    """Make a function that answers a verb into the callback of a command, with a `--json` option.

    `outside` says that the verb also works where there is no repository.
    """

    def wrap(function: Callable[Concatenate[App, P], Reply]) -> Callable[P, None]:
        def callback(*args: P.args, **options: P.kwargs) -> None:
            as_json = bool(options.pop("as_json"))
            click.get_current_context().exit(_answer(name, as_json, outside, lambda app: function(app, *args, **options)))

        functools.update_wrapper(callback, function)
        return click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")(callback)

    return wrap


def _answer(name: str, as_json: bool, outside: bool, function: Callable[[App], Reply]) -> int:
    execution, repository = Execution("", []), None
    try:
        try:
            repository = Repository.discover(Path.cwd())
        except (RepositoryError, FileNotFoundError) as error:
            if not outside:
                raise (
                    error
                    if isinstance(error, ForgeError)
                    else RepositoryError("this folder is gone", "go to a folder that exists")
                ) from error
        execution = executions.start(repository, sys.argv[1:])
        app = App(name, as_json, Path.cwd(), repository, execution)
        reply = function(app)
        code, message = reply.code, ""
        _print_reply(name, execution.id, reply, as_json)
    except ForgeError as error:
        code, message = error.exit_code, error.message
        _print_error(name, execution.id, error, as_json)
    except KeyboardInterrupt:
        code, message = 130, "interrupted"
        _print_error(name, execution.id, Interrupted("interrupted", "nothing is lost; call it again"), as_json)
    except BrokenPipeError:
        code, message = 0, ""
        sys.stdout = None  # whoever read has left; nothing is to be flushed at exit
    except OSError as error:
        failure = StorageFailed.of(error)
        code, message = failure.exit_code, failure.message
        _print_error(name, execution.id, failure, as_json)
    except Exception as error:
        code, message = 3, f"{type(error).__name__}: {error}"
        _print_bug(name, execution, repository, error, as_json)
    execution.finish(code, message)
    return code


def _print_reply(name: str, execution: str, reply: Reply, as_json: bool) -> None:
    if not as_json:
        if reply.text:
            click.echo(reply.text)
        return
    envelope: dict[str, object] = {
        "schema": f"forge.{name}/{_SCHEMA_VERSION}",
        "execution": execution,
        "ok": reply.code == 0,
        "data": reply.data,
    }
    if reply.findings is not None:
        envelope["findings"] = [finding.as_data() for finding in reply.findings]
    print_envelope(envelope)


def print_envelope(envelope: dict[str, object]) -> None:
    """Print one JSON object on standard output."""
    click.echo(json.dumps(envelope, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace"))


def error_envelope(name: str, execution: str, kind: str, message: str, hint: str) -> dict[str, object]:
    """Return the envelope of an error."""
    error = {"kind": kind, "message": message, "hint": hint}
    return {"schema": f"forge.{name}/{_SCHEMA_VERSION}", "execution": execution, "ok": False, "error": error}


def _print_error(name: str, execution: str, error: ForgeError, as_json: bool) -> None:
    if as_json:
        envelope = error_envelope(name, execution, error.kind, error.message, error.hint)
        findings = getattr(error, "findings", None)
        if findings is not None:
            envelope["findings"] = [finding.as_data() for finding in findings]
        if isinstance(error, NotApproved):
            waits = {"kind": "plan", "step": None, "approval_id": None, "text": error.message}
            del envelope["error"]
            envelope["data"] = {"run": None, "plan": None, "status": None, "verdict": None, "step": None, "waiting_for": waits,
                                "next": error.next_commands}  # fmt: skip
        elif error.next_commands:
            envelope["error"] = {**envelope["error"], "next": error.next_commands}  # type: ignore[dict-item]
        print_envelope(envelope)
    click.echo(click.style("forge: ", bold=True) + error.message, err=True)
    if error.hint:
        click.echo(f"  {error.hint}", err=True)
    for command in error.next_commands:
        click.echo(f"    {command}", err=True)


def _print_bug(name: str, execution: Execution, repository: Repository | None, error: Exception, as_json: bool) -> None:
    trace = "".join(traceback.format_exception(error))
    log = executions.bug_log(repository, execution.id or "unknown", trace)
    where = f"the details are in {log}" if log else "no log could be written"
    message = f"this is a bug in forge ({type(error).__name__}: {error}); {where}"
    if as_json:
        print_envelope(error_envelope(name, execution.id, "bug", message, "please report it with the log"))
    click.echo(f"forge: {message}\n  please report it with the log; nothing of yours was thrown away", err=True)
