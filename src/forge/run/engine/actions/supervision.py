"""Runs children of a run under supervision: they end with the run, and on a stop request."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Mapping
from pathlib import Path

from forge.errors import StorageFailed
from forge.git import program
from forge.run.approvals.store import state_folder
from forge.run.engine.open_run import OpenRun
from forge.run.processes import evidence, pid_file
from forge.run.processes.mark import Mark
from forge.run.processes.output import Output
from forge.run.processes.sandbox import Inside, confined
from forge.run.processes.supervise import Ended, Limits, Outcome, environment, supervise


def reason_to_end(run: OpenRun, output: Output | None = None) -> Ended | None:
    """Return why a running child has to end: a signal, or a stop request. Shows its output."""
    if output is not None:
        run.on_output(output)
    if run.interrupts.signal_name:
        return "interrupted"
    return "stopped" if run.requests.pending() == "stop" else None


def _mark(run: OpenRun) -> dict[str, str]:
    return Mark.new(run.repository, run.card.run, state_folder()).variables()


def run_shell(run: OpenRun, command: str) -> Outcome:
    """Run a command with `bash -o pipefail -c` in the work tree's root, in the environment that
    plans may see.
    """
    output = evidence.capture(run.folder, run.settings.limits.evidence_bytes)
    argv = ["bash", "-o", "pipefail", "-c", command]
    inside = Inside(run.repository, state_folder())
    outcome = supervise(
        confined(argv, run.settings.commands, inside),
        run.repository.root,
        environment(run.runner.env, _mark(run)),
        output,
        Limits(run.settings.limits.step_timeout or None),
        watch=lambda: reason_to_end(run, output),
        started=lambda process: pid_file.write(run.folder, process),
    )
    run.on_output(None)
    with contextlib.suppress(StorageFailed):
        pid_file.write(run.folder, None)
    return outcome


def supervised_git(run: OpenRun) -> program.Attempt:
    """Return a function that runs git as the user would, for commands with hooks: a hook cannot
    block forever, and sees nothing of forge's own environment but the run's mark.
    """

    def attempt(
        where: Path, *words: str, stdin: bytes, env: Mapping[str, str]
    ) -> subprocess.CompletedProcess[bytes]:
        output = Output(run.settings.limits.evidence_bytes)
        argv = ["git", *words]
        # git may go on in the background after a commit (gc.auto)
        limits = Limits(run.settings.limits.step_timeout or None, linger=True)
        outcome = supervise(
            argv,
            where,
            program.plain_environment({**env, **_mark(run)}),
            output,
            limits,
            stdin=stdin,
            watch=lambda: reason_to_end(run),
            started=lambda process: pid_file.write(run.folder, process),
        )
        with contextlib.suppress(StorageFailed):
            pid_file.write(run.folder, None)
        code = 0 if outcome.success else outcome.exit_code or 1
        return subprocess.CompletedProcess(argv, code, b"", outcome.summary().encode())

    return attempt
