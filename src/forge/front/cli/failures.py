"""Reports every exception of a verb to the user, with an exit status."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from forge.check.secrets.scrub import scrub
from forge.front.cli.output import deliver, print_error
from forge.front.envelope import Bug, as_forge_error
from forge.lazy import at_first_use
from forge.run.setup import command_log

if TYPE_CHECKING:
    from forge.git.repository import Repository
    from forge.run.setup.command_log import LoggedCommand

traceback = at_first_use("traceback")  # for bugs alone


def report(
    verb: str,
    execution: LoggedCommand,
    repository: Repository | None,
    error: BaseException,
    *,
    as_json: bool,
) -> tuple[int, str]:
    """Print an error without secrets; return the exit status and the message for the log of
    commands. The output of a hook may be part of it.

    What forge did not expect is a bug, of which the details go to a file.
    """
    failure = as_forge_error(KeyboardInterrupt() if isinstance(error, click.Abort) else error)
    if failure is not None:
        message = failure.message
    else:
        message = f"{type(error).__name__}: {error}"
        failure = _bug(execution, repository, error, message)
    failure.lines = _without_secrets(failure.lines)
    failure.message = "\n".join(failure.lines)
    shown = failure
    code = deliver(
        lambda: print_error(verb, execution.id, shown, as_json=as_json), failure.exit_code
    )
    return code, scrub(message)[0]


def _without_secrets(lines: list[str]) -> list[str]:
    """Return lines without secrets, also those of several lines; a line end inside a line stays
    one, since it must not look like a line of forge's.
    """
    if any("\n" in line for line in lines):
        return [scrub(line)[0] for line in lines]
    return scrub("\n".join(lines))[0].split("\n")


def _bug(
    execution: LoggedCommand, repository: Repository | None, error: BaseException, cause: str
) -> Bug:
    trace = "".join(traceback.format_exception(error))
    log = command_log.bug_log(repository, execution.id or "unknown", trace)
    details = f"the details are in {log}" if log else "no log could be written"
    return Bug(
        f"this is a bug in forge ({cause}); {details}",
        "please report it with the log; none of your work was discarded",
    )
