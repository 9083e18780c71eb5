"""`forge rollback` and `forge undo`: which run is meant, from which step on, and within an open run
the rollback itself.
"""

from __future__ import annotations

import shlex

from forge.errors import UnknownName, UsageError
from forge.records.find import one_run
from forge.records.record import RunRecord, all_runs, open_runs
from forge.records.rollbacks import Rollback, rollbacks_in_effect
from forge.run.engine.actions.rollback import begin
from forge.run.engine.actions.rollback_plan import RollbackTarget, own_steps
from forge.run.engine.context import Context
from forge.run.engine.controls import current
from forge.run.engine.executor import go_on
from forge.run.engine.open_run import OpenRun
from forge.run.engine.session import holding
from forge.run.start.rollback_run import NothingToTakeBack, roll_back_in_own_run
from forge.text.command_line import forge_command
from forge.text.path_list import cut
from forge.timeline.run import events as ev
from forge.timeline.run.state import RunState


def rollback(context: Context, name: str | None, to: str | None) -> RunRecord:
    """Restore the paths that a run committed to their state before step `to`, or before its first.

    Without a name, it is the open run (this work tree's before others'), or else the last run that
    executed a plan in this tree. Every refusal comes before anything is written: raises
    UnknownName, UsageError, NothingToTakeBack, ChangedSince, PathBlocked, RunOpen, Held.
    """
    open_here = {
        record.card.run for record in open_runs(context.repository) if record.card.kind == "execute"
    }

    def is_candidate(record: RunRecord) -> bool:
        if name is None and open_here:
            return record.card.run in open_here
        return record.card.kind == "execute" and (
            name is not None or record.open or _ended_here(context, record)
        )

    record = one_run(context.repository, name, among_open=False, only=is_candidate)
    if record.open:
        return _within(context, record, to)
    if not _ended_here(context, record):
        tree, command = str(record.work_tree), forge_command("rollback", record.card.run)
        raise UsageError(
            f"the run {record.card.run} ended in the work tree {tree}, and its work is not in"
            " this one",
            "roll it back there, or merge it first",
            [f"{shlex.join(['cd', tree])} && {command}"],
        )
    target = RollbackTarget("rollback", record.card.run, _step(record, to))
    return roll_back_in_own_run(context, record, target)


def undo(context: Context) -> RunRecord:
    """Undo the latest rollback that was not undone. Raises the same errors as `rollback`."""
    done = rollbacks_in_effect(all_runs(context.repository))
    candidates = [
        rollback
        for rollback in done
        if rollback.record.live or (rollback.state.made and not rollback.record.open)
    ]
    if not candidates:
        raise NothingToTakeBack(
            "there is no rollback that could be undone", "see `forge runs`", ["forge runs"]
        )
    latest = max(candidates, key=_time_of)
    target = RollbackTarget("undo", latest.record.card.run, latest.state.to, latest.state.seq)
    if not latest.record.open:
        return roll_back_in_own_run(context, latest.record, target)
    with holding(context, latest.record) as run:
        return _carry_out(run, target)


def _ended_here(context: Context, record: RunRecord) -> bool:
    return not record.open and record.work_tree == context.repository.root


def _time_of(rollback: Rollback) -> str:
    events = rollback.record.reading.events
    return next(event.ts for event in events if event.seq == rollback.state.seq)


def _step(record: RunRecord, to: str | None) -> str | None:
    """Return the id of the step that `to` names by id or number.

    Without a name, return the first step that the run did, or None for the whole run. Raises
    UnknownName, NothingToTakeBack.
    """
    steps = record.state.steps
    if to is None:
        own = own_steps(record.state)
        return own[0].id if own and own[0] is not steps[0] else None
    step = next((step for step in steps if to in (step.id, str(step.number))), None)
    if step is None:
        listed = [f"{step.number}  {step.id}  {step.name}" for step in steps]
        raise UnknownName(
            [f"the run {record.card.run} has no step `{to}`; it has:", *cut(listed)],
            "name one by its id or number",
        )
    if not step.began:
        raise NothingToTakeBack(
            f"step {step.id} has not begun: there is nothing of it to take back",
            "see `forge timeline`",
        )
    if step.carried_from is not None:
        raise NothingToTakeBack(
            f"step {step.id} was carried over from the run {step.carried_from}: it is not this"
            " run's to take back",
            "take back this run, then that one; an open run has to be stopped first",
            [
                forge_command("rollback", record.card.run),
                forge_command("rollback", step.carried_from),
            ],
        )
    return step.id


def _within(context: Context, record: RunRecord, to: str | None) -> RunRecord:
    """Roll back an open run: its steps from `to` on are pending again."""
    with holding(context, record) as run:
        if run.state.ended:
            raise UsageError(
                f"the run {run.card.run} has ended, and its closing record is not committed yet",
                "commit that, then roll back",
                [forge_command("resume", run.card.run)],
            )
        step = _step(current(run), to) or _first_step(run.state)
        loose = _loose_paths(run)
        return _carry_out(run, RollbackTarget("rollback", run.card.run, step, loose=loose))


def _first_step(state: RunState) -> str:
    """Return the id of the first step. Raises NothingToTakeBack if the run began no step."""
    if not own_steps(state):
        raise NothingToTakeBack(
            "no step of this run has begun: there is nothing to take back", "see `forge timeline`"
        )
    return state.steps[0].id


def _carry_out(run: OpenRun, target: RollbackTarget) -> RunRecord:
    """Roll back an open run, or complete the rollback that is in progress."""
    if run.state.rollback is None:
        if run.state.status == "running":
            run.log.append(ev.RunInterrupted(run.state.last_seq))
        run.requests.clear()
        begin(run, target)
    go_on(run)
    return current(run)


def _loose_paths(run: OpenRun) -> tuple[str, ...]:
    """Return the uncommitted paths that are work of the current step, never those of the user."""
    if not is_runner_at_work(run.state):
        return ()
    paths = [entry.path for entry in run.repository.dirty()]
    return tuple(dict.fromkeys(path for path in paths if not run.tree.is_own_path(path)))


def is_runner_at_work(state: RunState) -> bool:
    """Return whether uncommitted changes come from the runner or a check of the current step."""
    work = state.work
    by_runner = (
        work.runner != ""
        and work.runner_name != "manual"
        and not work.applied
        and not work.user_repaired
    )
    return by_runner or bool(work.changed)
