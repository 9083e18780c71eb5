"""Rolls back what a run committed, and undoes that: in a run of its own, or within an open run."""

from __future__ import annotations

import shlex

from forge.errors import ForgeError, UnknownName, UsageError
from forge.git.clone import clone_id
from forge.git.commits.identity import identity
from forge.git.commits.stale_locks import require_unlocked
from forge.git.restore.snapshot import capture
from forge.records.card import RunCard
from forge.records.find import one_run
from forge.records.record import RunRecord, all_runs, open_runs
from forge.records.rollbacks import Rollback, rollbacks_in_effect
from forge.run.engine.actions.rollback import begin
from forge.run.engine.actions.rollback_plan import (
    RollbackTarget,
    describe,
    own_steps,
    plan_rollback,
)
from forge.run.engine.context import Context
from forge.run.engine.controls import current
from forge.run.engine.executor import go_on
from forge.run.engine.load import open_run
from forge.run.engine.open_run import OpenRun
from forge.run.engine.parts.live_log import create_live
from forge.run.engine.session import holding, writing
from forge.run.processes.signals import Interrupts
from forge.run.start.preconditions import require_fit, require_no_open_run
from forge.text.command_line import forge_command
from forge.timeline.ids import now
from forge.timeline.run import events as ev
from forge.timeline.run.run_id import run_id
from forge.timeline.run.state import RunState


class NothingToTakeBack(ForgeError):
    """There is nothing to roll back, or to undo."""

    kind = "nothing_to_take_back"


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
    return _in_own_run(context, record, target)


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
        return _in_own_run(context, latest.record, target)
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
        listed = "".join(f"\n  {step.number}  {step.id}  {step.name}" for step in steps)
        raise UnknownName(
            f"the run {record.card.run} has no step `{to}`; it has:{listed}",
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
            [f"forge rollback {record.card.run}", f"forge rollback {step.carried_from}"],
        )
    return step.id


def _within(context: Context, record: RunRecord, to: str | None) -> RunRecord:
    """Roll back an open run: its steps from `to` on are pending again."""
    with holding(context, record) as run:
        if run.state.ended:
            raise UsageError(
                f"the run {run.card.run} has ended, and its closing record is not committed yet",
                "commit that, then roll back",
                [f"forge resume {run.card.run}"],
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


def _in_own_run(context: Context, record: RunRecord, target: RollbackTarget) -> RunRecord:
    """Roll back an ended run, or undo that, in a new run."""
    require_fit(context)
    repository = context.repository
    with writing(context, target.kind) as lock, Interrupts() as interrupts:
        require_no_open_run(context)
        require_unlocked(context.repository)
        head = str(repository.head().commit)
        if not plan_rollback(repository, target, head, capture(repository)).entries:
            raise _nothing_left(record, target)
        card = _card(context, record, target, head)
        lock.rename(card.run)
        options = {"kind": target.kind, "to": target.to, "of_seq": str(target.of_seq or "")}
        first = ev.MissionStarted(
            card.goal,
            0,
            {},
            card.plan_sha256,
            head,
            card.prior_run,
            {name: value for name, value in options.items() if value},
        )
        create_live(repository, card, [(first, None)], card.actor, context.execution)
        run = open_run(context, card, interrupts)
        try:
            go_on(run)
            return current(run)
        finally:
            run.close()


def _nothing_left(record: RunRecord, target: RollbackTarget) -> NothingToTakeBack:
    reason = (
        "is undone already"
        if target.kind == "undo"
        else "committed nothing that is still there: there is nothing to roll back"
    )
    return NothingToTakeBack(
        f"the run {record.card.run} {reason}", "see `forge runs`", ["forge runs"]
    )


def _card(context: Context, record: RunRecord, target: RollbackTarget, head: str) -> RunCard:
    repository, prior = context.repository, record.card
    cards, clone = [run.card for run in all_runs(repository)], clone_id(repository)
    own_runs = [card.run for card in cards if card.clone == clone]
    executed = prior
    if not prior.steps:  # the undo of a rollback: its run has the steps
        executed = next((card for card in cards if card.run == prior.prior_run), prior)
    return RunCard(
        run=run_id(prior.plan, own_runs, max(own_runs, default="")),
        kind=target.kind,
        plan=prior.plan,
        plan_path=prior.plan_path,
        plan_sha256=prior.plan_sha256,
        plan_blob=prior.plan_blob,
        base_commit=head,
        branch=repository.head().short,
        clone=clone,
        actor=identity(repository),
        execution=context.execution,
        started_at=now(),
        goal=describe(target.kind, executed.steps, target.to),
        steps=[],
        prior_run=prior.run,
    )
