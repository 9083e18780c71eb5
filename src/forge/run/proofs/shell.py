"""Runs an approved command outside a run, in the way that a run's checks are run."""

from __future__ import annotations

from forge.errors import Interrupted, NotTheUser, StorageFailed
from forge.git.repository import Repository
from forge.planning.settings import Settings
from forge.run.approvals.plan_approval import state_folder
from forge.run.guard.holder import ForeignCode
from forge.run.processes import outside_runs, pid_file
from forge.run.processes.output import Output
from forge.run.processes.signals import Interrupts
from forge.run.processes.subreaper import run_marker
from forge.run.processes.supervise import Limits, Outcome, environment, supervise

_LISTED = 20
BROKEN_PIPE = 141  # 128 + SIGPIPE, the exit status of a pipe whose reader ended early


def run_shell(
    repository: Repository, settings: Settings, command: str, interrupts: Interrupts, what: str
) -> Outcome:
    """Run a command with bash in the root of the work tree, in the environment for plans.

    `what` is the forge command that runs it. Its process is on record while it runs, so that it is
    ended if forge is killed. Raises Interrupted and StorageFailed, and NotTheUser for a command
    that did what only the user may do.
    """
    record = outside_runs.folder(repository)
    try:
        record.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageFailed.of(error, record) from error
    env = settings.runners[settings.runner].env if settings.runner in settings.runners else ()
    with ForeignCode(repository, what, state_folder()) as code:
        outcome = supervise(
            ["bash", "-o", "pipefail", "-c", command],
            repository.root,
            environment(env, run_marker(outside_runs.mark(repository))),
            Output(settings.limits.evidence_bytes),
            Limits(settings.limits.step_timeout or None),
            watch=lambda: "interrupted" if interrupts.signal_name else None,
            started=lambda process: pid_file.write(record, process),
        )
    pid_file.write(record, None)
    if interrupts.signal_name:
        raise Interrupted(
            f"interrupted by {interrupts.signal_name}", "nothing was decided; call it again"
        )
    if code.denials:
        did = "\n".join(f"  {denial.tool}: {denial.reason}" for denial in code.denials[:_LISTED])
        raise NotTheUser(
            f"this command did what only the user may do, so it proves nothing:\n{command}\n{did}",
            "look at what it does before you approve its plan again",
        )
    return outcome
