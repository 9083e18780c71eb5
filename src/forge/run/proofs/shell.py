"""Runs an approved command outside a run, in the way that a run's checks are run: in the approved
environment, and under the guard of what git obeys.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from forge.errors import Interrupted, NotTheUser, StorageFailed
from forge.git.clone import clone_id
from forge.git.repository import Repository
from forge.planning.settings import RunnerSettings, Settings
from forge.run.approvals.store import state_folder
from forge.run.guard.holder import ForeignCode
from forge.run.processes import outside_runs, pid_file
from forge.run.processes.git_guard import GitChanged, GitGuard
from forge.run.processes.mark import Mark
from forge.run.processes.output import Output
from forge.run.processes.sandbox import Inside, confined
from forge.run.processes.signals import Interrupts
from forge.run.processes.supervise import Limits, Outcome, environment, supervise
from forge.text.command_line import shown_command
from forge.text.path_list import cut

_LISTED = 20
BROKEN_PIPE = 141  # 128 + SIGPIPE, the exit status of a pipe whose reader ended early
_UNTOUCHED = "nothing was proven or restored, and git was not run since"


def run_guarded(
    repository: Repository,
    settings: Settings,
    runner: RunnerSettings,
    command: str,
    interrupts: Interrupts,
    what: str,
) -> Outcome:
    """Run a command with bash in the root of the work tree, in the environment of the runner with
    which its plan is approved.

    `what` is the forge command that runs it. Its process is on record while it runs, so that it is
    ended if forge is killed. Raises Interrupted, StorageFailed, NotTheUser for a command that did
    what only the user may do, and GitChanged before git is run again.
    """
    argv = ["bash", "-o", "pipefail", "-c", command]
    state = state_folder()
    with _guarded(repository) as record:
        mark = Mark.new(repository, outside_runs.name(repository), state)
        with ForeignCode(repository, what, state) as code:
            outcome = supervise(
                confined(argv, settings.commands, Inside(repository, state)),
                repository.root,
                environment(runner.env, mark.variables()),
                Output(settings.limits.evidence_bytes),
                Limits(settings.limits.step_timeout or None),
                watch=lambda: "interrupted" if interrupts.signal_name else None,
                started=lambda process: pid_file.write(record, process),
            )
        pid_file.write(record, None)
        _require_a_result(command, interrupts, code)
    return outcome


@contextlib.contextmanager
def _guarded(repository: Repository) -> Iterator[Path]:
    """Provide the folder in which a command is on record, and compare what git obeys after it."""
    record = _record(repository)
    guard = GitGuard.watch(repository, record, code="a command of the plan", again="call it again")
    try:
        yield record
    finally:
        damage = guard.damage()
        guard.forget()
        if damage is not None:
            raise GitChanged(damage[1].split("\n"), _UNTOUCHED)


def _record(repository: Repository) -> Path:
    """Return the folder in which the command is on record while it runs. Raises StorageFailed."""
    clone_id(repository)  # names the folder, so that the next process finds it
    folder = outside_runs.folder(repository)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageFailed.of(error, folder) from error
    return folder


def _require_a_result(command: str, interrupts: Interrupts, code: ForeignCode) -> None:
    """Raise Interrupted or NotTheUser for a command whose outcome proves nothing."""
    if interrupts.signal_name:
        raise Interrupted(
            f"interrupted by {interrupts.signal_name}", "nothing was decided; call it again"
        )
    if code.denials:
        did = cut([f"{denial.tool}: {denial.reason}" for denial in code.denials], _LISTED)
        said = "this command did what only the user may do, so it proves nothing:"
        raise NotTheUser(
            [said, *shown_command(command), *did],
            "look at what it does before you approve its plan again",
        )
