"""Verify commands: run for real, with their output kept, or left to a person."""

from __future__ import annotations

import contextlib

from forge.errors import GitFailed, StorageFailed
from forge.git.commits.record_commit import HeadMoved
from forge.git.commits.step_commit import changed_in_tree, stage
from forge.git.restore.snapshot import restore_paths, snapshot
from forge.planning.plan.checks import Check
from forge.planning.plan.shell import foreign_folder
from forge.run.engine.actions.edits import result_message, supervised_git, watcher
from forge.run.engine.next_move import Move
from forge.run.engine.open_run import OpenRun
from forge.run.processes import evidence, pid_file
from forge.run.processes.subreaper import run_marker
from forge.run.processes.supervise import Limits, Outcome, environment, supervise
from forge.timeline.run import events as ev

_BROKEN_PIPE = 141


def check(run: OpenRun, move: Move) -> None:
    """Run one verify command of the current step, or of `<verification>` behind the last one."""
    step = run.state.step
    checks = run.plan.steps[step.number - 1].checks if step else run.plan.verification
    one = checks[move.number - 1]
    if reason := run.option("no_checks"):
        run.log.append(ev.TestSkipped(one.text, reason, move.number), step=step)
    elif one.kind == "command" and foreign_folder(one.text, run.repository.root) is None:
        run_command(run, one, move.number)
    else:
        done = ev.TestCompleted(
            False, None, 0, [], one.text, move.number, "it is not run here", "not_run"
        )
        run.log.append(done, step=step)


def check_before(run: OpenRun, move: Move) -> None:
    """Run a test of a TDD step before the step's work; what it changed in the tree is put back,
    behind a snapshot.
    """
    step = run.current
    one = run.plan.first_tests(run.plan.steps[step.number - 1])[move.number - 1]
    if foreign_folder(one.text, run.repository.root) is not None:
        why = "it is not run here"
        run.log.append(
            ev.TestCompleted(False, None, 0, [], one.text, move.number, why, "not_run", "before"),
            step=step,
        )
        return
    run_command(run, one, move.number, "before")
    if run.trusts_git() and _changed_by_it(run):
        discard_changed(run, move)


def run_command(run: OpenRun, one: Check, number: int, phase: str = "") -> Outcome:
    """Run a command with bash and record how it ended; a command that was interrupted stays in
    doubt and runs again.
    """
    step = run.state.step
    run.log.append(ev.TestStarted(one.text, number, phase), step=step)
    outcome = shell(run, one.text)
    if outcome.ended in ("interrupted", "stopped"):
        return outcome
    kept = [evidence.keep_output(run.repository, run.card.run, run.folder, outcome.output)]
    run.output_tail = outcome.summary()
    changed = _changed_by_it(run) if run.trusts_git() else []
    inconclusive = ""
    if outcome.exit_code == _BROKEN_PIPE:
        inconclusive = "a broken pipe says nothing"
    elif outcome.success and not one.proves:
        inconclusive = "it cannot fail"
    done = ev.TestCompleted(
        outcome.success,
        outcome.exit_code,
        outcome.duration_ms,
        changed,
        one.text,
        number,
        inconclusive,
        outcome.ended,
        phase,
    )
    run.log.append(done, step=step, evidence=kept, with_next=not phase)
    return outcome


def shell(run: OpenRun, command: str) -> Outcome:
    """Run a command with `bash -o pipefail -c` in the work tree's root, in the environment that
    plans may see.
    """
    output = evidence.capture(run.folder, run.settings.limits.evidence_bytes)
    limits, env = (
        Limits(run.settings.limits.step_timeout or None),
        environment(run.runner.env, run_marker(run.card.run)),
    )
    outcome = supervise(
        ["bash", "-o", "pipefail", "-c", command],
        run.repository.root,
        env,
        output,
        limits,
        watch=lambda: watcher(run, output),
        started=lambda process: pid_file.write(run.folder, process),
    )
    run.on_output(None)
    with contextlib.suppress(StorageFailed):
        pid_file.write(run.folder, None)
    return outcome


def _changed_by_it(run: OpenRun) -> list[str]:
    """Return the paths that a command left otherwise than HEAD has them; what it only staged lies
    there as before.
    """
    if not run.tree.changed_paths():
        return []
    return [path for path in changed_in_tree(run.repository) if not run.tree.is_own_path(path)]


def keep_changed(run: OpenRun, move: Move) -> None:
    """Commit what a verify command changed, as a commit of the step."""
    step = run.state.step
    with stage(run.repository, run.branch.head(), run.tree.is_own_path) as staging:
        try:
            text = result_message(run, run.state.last_seq)
            commit, hooks = (
                staging.commit(text, supervised_git(run)) if staging.changes.entries else (None, [])
            )
        except HeadMoved:
            raise
        except GitFailed as error:
            if watcher(run) is not None:
                return
            run.log.append(ev.FailureDetected("commit", error.message), step=step)
            return
    run.log.append(ev.DiffApplied(commit, hooks), step=step)


def discard_changed(run: OpenRun, move: Move) -> None:
    """Put the tree back as HEAD has it, behind a snapshot of what is there."""
    head = run.branch.head()
    taken = snapshot(run.repository, run.card.run, "before discarding what a check changed")
    restore_paths(run.repository, taken, head, run.tree.is_own_path)
    run.log.append(
        ev.CheckpointRestored(head, "discarded what a check changed", taken), step=run.state.step
    )
