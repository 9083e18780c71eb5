"""The controls of a run, from any shell: resume, retry, skip go on with it; pause, stop, approve,
reject only record.
"""

from __future__ import annotations

import contextlib
import time

from forge.errors import Held, NoOpenRun, UsageError
from forge.git.commits.stale_locks import require_unlocked
from forge.git.restore.snapshot import snapshot
from forge.records.record import RunRecord, read_run
from forge.records.store import live_folder, lock_path
from forge.run.engine.actions import questions
from forge.run.engine.actions.edits import undone
from forge.run.engine.context import Context
from forge.run.engine.executor import commit_pause, go_on
from forge.run.engine.home_tree import in_home_tree
from forge.run.engine.open_run import OpenRun
from forge.run.engine.plan_unchanged import require_same_plan
from forge.run.engine.session import holding
from forge.run.engine.stop import stop_here
from forge.run.runners.base import find
from forge.text.command_line import forge_command
from forge.timeline.lock import holder_alive
from forge.timeline.run import events as ev

_PATIENCE = 30.0  # seconds that `stop` waits for a live executor to end


def resume(context: Context, record: RunRecord) -> RunRecord:
    """Go on with a run from where it stands."""
    with holding(context, record) as run:
        require_unlocked(context.repository)
        if not run.state.ended:
            require_same_plan(run)
            if (
                run.state.waiting is not None
                and not context.person.present
                and run.state.status == "paused"
            ):
                return current(run)
        return carry_on(run)


def carry_on(run: OpenRun) -> RunRecord:
    """Take up a run that this process holds, and go on with it as far as it comes."""
    if not run.state.ended and not _take_up(run):
        commit_pause(run)
    else:
        go_on(run)
    return current(run)


def _take_up(run: OpenRun) -> bool:
    """Record that the run goes on, and what is done about a step in doubt; False where a person has
    to come first.
    """
    run.requests.clear()
    state = run.state
    reason = "" if state.status == "running" else state.pause
    if not reason:
        run.log.append(ev.RunInterrupted(state.last_seq))
    if run.index_rebuilt:
        run.log.append(ev.RunRecovered("index"), step=state.step)
    work, step = state.work, state.step
    in_doubt = (
        work.runner == "started"
        and reason in ("", "interrupted", "storage", "head_moved")
        and state.rollback is None
    )
    if reason not in ("failure", "manual", "head_moved") and (
        foreign := run.branch.foreign_commits()
    ):
        listed = ", ".join(commit[:10] for commit in foreign)
        told = (
            f"there are commits that are not the run's: {listed}; another `forge resume` goes on"
            " from there"
        )
        questions.pause(run, "head_moved", told)
        return False
    if in_doubt and find(run.card.runner, run.runner).by_hand:
        run.log.append(ev.RunRecovered("wait"), step=step)
        questions.pause(run, "manual", state.pause_text or (step.name if step else ""))
        return False
    if in_doubt:
        run.log.append(
            ev.RunRecovered("restore", work.checkpoint_commit or run.branch.head()), step=step
        )
        return True
    if (
        reason != "manual" and run.tree.changed_paths()
    ):  # what is called from now on may throw away what a person left there
        snapshot(run.repository, run.card.run, "before the run goes on")
    if reason:
        run.log.append(
            ev.ExecutionResumed(step.id if step else None, reason == "failure"), step=step
        )
    else:
        run.log.append(ev.RunRecovered("continue"), step=step)
    return True


def retry(context: Context, record: RunRecord) -> RunRecord:
    """Put the current step back to its checkpoint and do it again. Raises PathBlocked where others
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
                [f"forge resume {record.card.run}"],
            )
        if step.first_checkpoint is not None:
            undone(
                run, step.first_checkpoint
            )  # what cannot be put back is refused before anything is written
        run.requests.clear()
        run.log.append(
            ev.StepRetried(step.attempt + 1, run.state.last_seq, step.first_checkpoint), step=step
        )
        go_on(run)
        return current(run)


def skip(context: Context, record: RunRecord, reason: str) -> RunRecord:
    """Leave out the current step, or behind the last one the check that failed. Uncommitted work
    refuses it.
    """
    with holding(context, record) as run:
        require_unlocked(context.repository)
        require_same_plan(run)
        _require_no_rollback(run)
        dirty = [entry for entry in run.repository.dirty() if not run.tree.is_own_path(entry.path)]
        if dirty:
            listed = "\n".join(f"  {entry}" for entry in dirty[:20])
            raise UsageError(
                f"uncommitted changes are in the way:\n{listed}",
                "commit them, or `git stash -u` them, then skip",
            )
        step = run.state.step
        if step is not None:
            run.log.append(ev.ExecutionResumed(step.id), step=step)
            run.log.append(ev.StepSkipped(reason), step=step)
        else:
            _skip_behind_the_last_step(run, reason)
        go_on(run)
        return current(run)


def _require_no_rollback(run: OpenRun) -> None:
    if run.state.rollback is not None or run.card.kind != "execute":
        raise UsageError(
            "a rollback is under way", "bring it to its end first", [f"forge resume {run.card.run}"]
        )


def _skip_behind_the_last_step(run: OpenRun, reason: str) -> None:
    """Leave out the checks of `<verification>` that failed or were answered with no; what truths
    come to is not skipped.
    """
    outcomes, checks = run.state.closing.checks, list(enumerate(run.plan.verification, 1))
    left_out = [
        (number, check) for number, check in checks if outcomes.get(number) in ("failed", "denied")
    ]
    if not left_out:
        raise UsageError(
            "no command of <verification> failed behind the last step: there is nothing to"
            " leave out",
            "go on with the run",
            [f"forge resume {run.card.run}"],
        )
    run.log.append(ev.ExecutionResumed(None, accept=True))
    for number, check in left_out:
        run.log.append(ev.TestSkipped(check.text, reason, number))


def pause(context: Context, record: RunRecord) -> RunRecord:
    """Ask a running executor to pause at the next step's edge; a run whose executor died is paused
    at once.
    """
    context = in_home_tree(context, record)
    if _owner(context, record):
        with contextlib.suppress(FileNotFoundError):
            (live_folder(context.repository, record.card.run) / "request-pause").touch()
        return record
    with holding(context, record) as run:
        if run.state.status == "running":
            run.log.append(ev.RunInterrupted(run.state.last_seq))
            questions.pause(run, "interrupted", "the executor had ended")
            commit_pause(run)
        return current(run)


def stop(context: Context, record: RunRecord, reason: str) -> RunRecord:
    """End a run for good, its runner too; what lies in the tree is kept in a snapshot."""
    context = in_home_tree(context, record)
    folder = live_folder(context.repository, record.card.run)
    deadline = time.monotonic() + _PATIENCE
    while _owner(context, record) and folder.exists():
        with contextlib.suppress(FileNotFoundError):  # it ended at this very moment
            (folder / "request-stop").touch()
        if time.monotonic() > deadline:
            raise Held("the executor has not ended yet", "it was asked to; see `forge runs`")
        time.sleep(0.05)
    if not folder.exists():
        return (
            read_run(context.repository, context.repository.root / record.card.folder, live=False)
            or record
        )
    with holding(context, record) as run:
        if not run.state.ended:
            stop_here(run, reason)
        go_on(run)
        return current(run)


def answer(
    context: Context, record: RunRecord, *, approved: bool, option: str | None, note: str
) -> RunRecord:
    """Answer what a run waits for. Raises NoOpenRun where it waits for nothing, UsageError for an
    option that is not one.
    """
    with holding(context, record) as run:
        question = run.state.waiting
        if question is None:
            raise NoOpenRun(
                f"the run {record.card.run} waits for no answer",
                "see `forge status`",
                [f"forge resume {record.card.run}"],
            )
        known = [entry["id"] for entry in question.options]
        if option is not None and option not in known:
            raise UsageError(
                f"there is no option `{option}`; there are: {', '.join(known) or 'none'}",
                "name one of them",
            )
        if approved and known and option is None:
            raise UsageError(
                f"this is a decision between {', '.join(known)}",
                "name one with --option",
                [forge_command("approve", record.card.run, "--option", name) for name in known],
            )
        if (
            run.state.status == "running"
        ):  # it died behind the question, before it had paused for it
            run.log.append(ev.RunInterrupted(run.state.last_seq))
            questions.pause(run, "approval", question.text)
        questions.resolve(run, question, approved=approved, option=option, note=note)
        return current(run)


def _owner(context: Context, record: RunRecord) -> bool:
    holder = holder_alive(lock_path(context.repository))
    return holder is not None and holder.what == record.card.run


def current(run: OpenRun) -> RunRecord:
    """Return the run as it stands now: its live log, or the tracked copy of one that has ended."""
    for folder, live in ((run.folder, True), (run.repository.root / run.card.folder, False)):
        record = read_run(run.repository, folder, live=live)
        if record is not None:
            return record
    raise NoOpenRun(f"the run {run.card.run} has left no record", "see `git log`")
