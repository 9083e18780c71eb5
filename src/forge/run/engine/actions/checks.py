"""Verify commands: run, with their output kept as evidence, or left to the user."""

from __future__ import annotations

from forge.errors import GitFailed
from forge.git.commits.record_commit import HeadMoved
from forge.git.commits.step_commit import changed_in_tree
from forge.git.restore.snapshot import restore_paths, snapshot
from forge.planning.plan.checks import Check
from forge.planning.plan.shell import foreign_folder
from forge.run.engine.actions.action import action
from forge.run.engine.actions.diff import event_of, result_message
from forge.run.engine.actions.supervision import reason_to_end, run_shell, supervised_git
from forge.run.engine.next_move import Move
from forge.run.engine.open_run import OpenRun
from forge.run.processes import evidence
from forge.run.processes.supervise import Outcome
from forge.timeline.run import events as ev

_BROKEN_PIPE = 141


@action(runs_code=True, moves_head=False)
def check(run: OpenRun, move: Move) -> None:
    """Run one verify command of the current step, or of `<verification>` after the last step."""
    checks = run.step.checks if run.state.step else run.plan.verification
    verify = checks[move.number - 1]
    if reason := run.option("no_checks"):
        run.log.append(ev.TestSkipped(verify.text, reason, move.number), step=run.state.step)
    elif verify.kind == "command" and not _leaves_work_tree(run, verify):
        run_command(run, verify, move.number)
    else:
        _record_not_run(run, verify, move.number)


@action(runs_code=True, moves_head=False)
def check_before(run: OpenRun, move: Move) -> None:
    """Run a test of a TDD step before the step's work. What it changes in the tree is discarded,
    after a snapshot.
    """
    test = run.plan.first_tests(run.step)[move.number - 1]
    if _leaves_work_tree(run, test):
        _record_not_run(run, test, move.number, "before")
        return
    run_command(run, test, move.number, "before")
    if run.trusts_git() and _changed_paths(run):
        discard_changed(run, move)


def run_command(run: OpenRun, check: Check, number: int, phase: str = "") -> Outcome:
    """Run a command and record how it ended. One that was interrupted stays in doubt and is run
    again.
    """
    step = run.state.step
    run.log.append(ev.TestStarted(check.text, number, phase), step=step)
    outcome = run_shell(run, check.text)
    if outcome.ended in ("interrupted", "stopped"):
        return outcome
    kept = [evidence.keep_output(run.repository, run.card.run, run.folder, outcome.output)]
    run.output_tail = outcome.summary()
    completed = ev.TestCompleted(
        outcome.success,
        outcome.exit_code,
        outcome.duration_ms,
        _changed_paths(run) if run.trusts_git() else [],
        check.text,
        number,
        _why_inconclusive(check, outcome),
        outcome.ended,
        phase,
    )
    run.log.append(completed, step=step, evidence=kept, with_next=not phase)
    return outcome


@action(runs_hooks=True)
def keep_changed(run: OpenRun, move: Move) -> None:
    """Commit what a verify command changed, as a commit of the step."""
    with run.tree.staged(run.branch.head()) as staging:
        committed = ev.DiffApplied(None)
        try:
            if staging.changes.entries:
                text = result_message(run, run.state.last_seq)
                committed = event_of(run, staging.commit(text, supervised_git(run)))
        except HeadMoved:
            raise
        except GitFailed as error:
            if reason_to_end(run) is None:
                failed = ev.FailureDetected("commit", error.message)
                run.log.append(failed, step=run.state.step)
            return
    run.log.append(committed, step=run.state.step)


@action()
def discard_changed(run: OpenRun, move: Move) -> None:
    """Put the tree back to HEAD, after a snapshot of what is in it."""
    head = run.branch.head()
    taken = snapshot(run.repository, run.card.run, "before discarding what a check changed")
    restore_paths(run.repository, taken, head, run.tree.is_own_path)
    run.log.append(
        ev.CheckpointRestored(head, "discarded what a check changed", taken), step=run.state.step
    )


def _leaves_work_tree(run: OpenRun, check: Check) -> bool:
    return foreign_folder(check.text, run.repository.root) is not None


def _record_not_run(run: OpenRun, check: Check, number: int, phase: str = "") -> None:
    why = "it is not run here"
    completed = ev.TestCompleted(False, None, 0, [], check.text, number, why, "not_run", phase)
    run.log.append(completed, step=run.state.step)


def _why_inconclusive(check: Check, outcome: Outcome) -> str:
    if outcome.exit_code == _BROKEN_PIPE:
        return "a broken pipe says nothing"
    return "it cannot fail" if outcome.success and not check.proves else ""


def _changed_paths(run: OpenRun) -> list[str]:
    """Return the files that a command left different from HEAD; staged changes alone do not
    count.
    """
    if not run.tree.changed_paths():
        return []
    changed = changed_in_tree(run.repository)
    return [path for path in changed if not run.tree.is_own_path(path)]
