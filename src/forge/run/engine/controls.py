"""The controls of a run, from any shell: resume, retry and skip go on with it; pause, stop and
answers only record something.
"""

from __future__ import annotations

import contextlib
import time

from forge.errors import ChangedSinceAsked, Held, NoOpenRun, UsageError
from forge.git.commits.stale_locks import require_unlocked
from forge.git.restore.snapshot import snapshot
from forge.records.record import RunRecord, read_run
from forge.records.store import live_folder, lock_path
from forge.run.engine.actions.questions import pause as record_pause
from forge.run.engine.actions.questions import resolve, withdraw_if_changed
from forge.run.engine.actions.restore import entries_to_restore
from forge.run.engine.context import Context
from forge.run.engine.executor import commit_pause, go_on
from forge.run.engine.home_tree import in_home_tree
from forge.run.engine.open_run import OpenRun
from forge.run.engine.parts.requests import Requests
from forge.run.engine.plan_unchanged import require_same_plan
from forge.run.engine.session import holding
from forge.run.engine.stop import stop_here
from forge.run.runners.base import find
from forge.text.command_line import forge_command
from forge.text.path_list import cut
from forge.timeline.lock import holder_alive
from forge.timeline.run import events as ev
from forge.timeline.run.state import PUT_BACK, Question

_STOP_TIMEOUT = 30.0  # seconds
_STOP_INTERVAL = 0.05
_LISTED = 20


def resume(context: Context, record: RunRecord) -> RunRecord:
    """Go on with a run. One that waits for an answer stays paused, unless the user is present, or
    the files that the question lists have changed: then it is withdrawn.
    """
    with holding(context, record) as run:
        require_unlocked(context.repository)
        if not run.state.ended:
            require_same_plan(run)
            question = run.state.waiting if run.state.status == "paused" else None
            absent = question is not None and not context.prompter.present
            if absent and question and not withdraw_if_changed(run, question):
                return current(run)
        return carry_on(run)


def carry_on(run: OpenRun) -> RunRecord:
    """Go on with a run that this process holds, as far as possible."""
    if not run.state.ended and not _record_resume(run):
        commit_pause(run)
    else:
        go_on(run)
    return current(run)


def retry(context: Context, record: RunRecord) -> RunRecord:
    """Put the current step back to its checkpoint and do it again. Raises PathBlocked if others
    changed its work since.
    """
    with holding(context, record) as run:
        require_unlocked(context.repository)
        require_same_plan(run)
        _require_no_rollback(run)
        step = run.state.step
        if run.state.ended or step is None or step.attempt == 0:
            raise UsageError(
                "no step of this run has been tried",
                "go on with it",
                [forge_command("resume", record.card.run)],
            )
        if step.first_checkpoint is not None:  # refuse before anything is written
            entries_to_restore(run, step.first_checkpoint)
        run.requests.clear()
        run.log.append(
            ev.StepRetried(step.attempt + 1, run.state.last_seq, step.first_checkpoint), step=step
        )
        go_on(run)
        return current(run)


def skip(context: Context, record: RunRecord, reason: str) -> RunRecord:
    """Skip the current step, or after the last step the checks that failed. Raises UsageError if
    there are uncommitted changes.
    """
    with holding(context, record) as run:
        require_unlocked(context.repository)
        require_same_plan(run)
        _require_no_rollback(run)
        _require_no_changes(run)
        step = run.state.step
        if step is not None:
            run.log.append(ev.ExecutionResumed(step.id), step=step)
            run.log.append(ev.StepSkipped(reason), step=step)
        else:
            _skip_failed_checks(run, reason)
        go_on(run)
        return current(run)


def pause(context: Context, record: RunRecord) -> RunRecord:
    """Ask a running executor to pause before the next step. If it has died, record the pause."""
    context = in_home_tree(context, record)
    if _executor_alive(context, record):
        with contextlib.suppress(FileNotFoundError):
            _requests(context, record).add("pause")
        return record
    with holding(context, record) as run:
        if run.state.status == "running":
            run.log.append(ev.RunInterrupted(run.state.last_seq))
            record_pause(run, "interrupted", "the executor had ended")
            commit_pause(run)
        return current(run)


def stop(
    context: Context, record: RunRecord, reason: str, *, without_snapshot: bool = False
) -> RunRecord:
    """End a run and its runner for good. Uncommitted changes are kept in a snapshot. Raises
    NoSnapshot if that fails, unless none is wanted.
    """
    context = in_home_tree(context, record)
    folder = live_folder(context.repository, record.card.run)
    _end_executor(context, record)
    if not folder.exists():
        tracked = context.repository.root / record.card.folder
        return read_run(context.repository, tracked, live=False) or record
    with holding(context, record) as run:
        if not run.state.ended:
            stop_here(run, reason, without_snapshot=without_snapshot)
        go_on(run)
        return current(run)


def answer(
    context: Context, record: RunRecord, *, approved: bool, option: str | None, note: str
) -> RunRecord:
    """Answer the question that a run waits for. Raises NoOpenRun without one, UsageError for an
    unknown option, ChangedSinceAsked if the files that it lists are not as they were.
    """
    with holding(context, record) as run:
        question = run.state.waiting
        if question is None:
            raise NoOpenRun(
                f"the run {record.card.run} waits for no answer",
                "see `forge status`",
                [forge_command("resume", record.card.run)],
            )
        _require_option(question, record.card.run, approved=approved, option=option)
        if run.state.status == "running":  # the executor died after the question
            run.log.append(ev.RunInterrupted(run.state.last_seq))
            record_pause(run, "approval", question.text)
        chosen = option or next(iter(question.option_ids("reject")), None)
        put_back = not approved and chosen == PUT_BACK
        if withdraw_if_changed(run, question, put_back=put_back):
            raise ChangedSinceAsked(
                f"the answer was not taken, since it would be about something else:"
                f" {question.withdrawn}",
                "look at what is there now; going on asks anew if there is still something to ask",
                [f"forge resume {record.card.run}"],
            )
        resolve(run, question, approved=approved, option=option, note=note)
        return current(run)


def current(run: OpenRun) -> RunRecord:
    """Return the run's record now: its live log, or the tracked copy if it has ended."""
    for folder, live in ((run.folder, True), (run.repository.root / run.card.folder, False)):
        record = read_run(run.repository, folder, live=live)
        if record is not None:
            return record
    raise NoOpenRun(f"the run {run.card.run} has left no record", "see `git log`")


def _record_resume(run: OpenRun) -> bool:
    """Record that the run goes on, and how a step in doubt is handled; return False if the user
    must act first.
    """
    run.requests.clear()
    state, step = run.state, run.state.step
    paused_by = "" if state.status == "running" else state.pause
    if not paused_by:
        run.log.append(ev.RunInterrupted(state.last_seq))
    if run.index_rebuilt:
        run.log.append(ev.RunRecovered("index"), step=step)
    in_doubt = _runner_in_doubt(run, paused_by)
    if _pause_for_foreign_commits(run, paused_by):
        return False
    if in_doubt and find(run.card.runner, run.runner).by_hand:
        run.log.append(ev.RunRecovered("wait"), step=step)
        record_pause(run, "manual", state.pause_text or (step.name if step else ""))
        return False
    if in_doubt:
        checkpoint = state.work.checkpoint_commit or run.branch.head()
        run.log.append(ev.RunRecovered("restore", checkpoint), step=step)
        return True
    if paused_by != "manual" and run.tree.changed_paths():  # later actions may discard changes
        snapshot(run.repository, run.card.run, "before the run goes on")
    if paused_by:
        accepts_repair = paused_by == "failure"
        run.log.append(ev.ExecutionResumed(step.id if step else None, accepts_repair), step=step)
    else:
        run.log.append(ev.RunRecovered("continue"), step=step)
    return True


def _runner_in_doubt(run: OpenRun, paused_by: str) -> bool:
    """Return whether a runner was started, and it is unknown how far it got."""
    return (
        run.state.work.runner == "started"
        and paused_by in ("", "interrupted", "storage", "head_moved")
        and run.state.rollback is None
    )


def _pause_for_foreign_commits(run: OpenRun, paused_by: str) -> bool:
    """Pause if there are commits of others, unless the user knows of them; return whether."""
    if paused_by in ("failure", "manual", "head_moved"):
        return False
    commits = run.branch.foreign_commits()
    if commits:
        listed = ", ".join(commit[:10] for commit in commits)
        record_pause(
            run,
            "head_moved",
            f"there are commits that are not the run's: {listed}; another `forge resume` goes on"
            " from there",
        )
    return bool(commits)


def _require_no_rollback(run: OpenRun) -> None:
    if run.state.rollback is not None:
        raise UsageError(
            "a rollback is in progress",
            "complete it first",
            [forge_command("resume", run.card.run)],
        )


def _require_no_changes(run: OpenRun) -> None:
    dirty = [entry for entry in run.repository.dirty() if not run.tree.is_settled(entry.path)]
    if dirty:
        raise UsageError(
            ["uncommitted changes are in the way:", *cut([str(entry) for entry in dirty], _LISTED)],
            "commit them, or `git stash -u` them, then skip",
        )


def _skip_failed_checks(run: OpenRun, reason: str) -> None:
    """Skip the checks of `<verification>` that failed or were declined. Truths cannot be
    skipped.
    """
    outcomes = run.state.closing.checks
    failed = [
        (number, check)
        for number, check in enumerate(run.plan.verification, 1)
        if outcomes.get(number) in ("failed", "denied")
    ]
    if not failed:
        raise UsageError(
            "no command of <verification> failed after the last step: there is nothing to skip",
            "go on with the run",
            [forge_command("resume", run.card.run)],
        )
    run.log.append(ev.ExecutionResumed(None, accept=True))
    for number, check in failed:
        run.log.append(ev.TestSkipped(check.text, reason, number))


def _require_option(question: Question, run: str, *, approved: bool, option: str | None) -> None:
    answer = "approve" if approved else "reject"
    ids = question.option_ids(answer)
    if option is not None and option not in ids:
        raise UsageError(
            f"`forge {answer}` has no option `{option}` here; there are:"
            f" {', '.join(ids) or 'none'}",
            "name one of them",
            [forge_command(answer, run, options=["--option", name]) for name in ids],
        )
    if approved and ids and option is None and question.kind == "decision":
        raise UsageError(
            f"this is a decision between {', '.join(ids)}",
            "name one with --option",
            [forge_command("approve", run, options=["--option", name]) for name in ids],
        )


def _end_executor(context: Context, record: RunRecord) -> None:
    """Ask a live executor to stop, and wait for its end. Raises Held after a timeout."""
    deadline = time.monotonic() + _STOP_TIMEOUT
    folder = live_folder(context.repository, record.card.run)
    while _executor_alive(context, record) and folder.exists():
        with contextlib.suppress(FileNotFoundError):  # it ended just now
            _requests(context, record).add("stop")
        if time.monotonic() > deadline:
            raise Held("the executor has not ended yet", "it was asked to; see `forge runs`")
        time.sleep(_STOP_INTERVAL)


def _requests(context: Context, record: RunRecord) -> Requests:
    return Requests(live_folder(context.repository, record.card.run))


def _executor_alive(context: Context, record: RunRecord) -> bool:
    holder = holder_alive(lock_path(context.repository))
    return holder is not None and holder.what == record.card.run
