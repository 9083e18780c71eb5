"""Rolling back what a run committed, and undoing that: in a run of its own, or within the run where
that is open.
"""

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
from forge.run.engine.actions.rollback import Aim, begin, own_steps, way_back, words
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
from forge.timeline.ids import now, run_id
from forge.timeline.run import events as ev
from forge.timeline.run.state import RunState
from forge.views.proof.rollbacks import Rollback, standing_rollbacks


class NothingToTakeBack(ForgeError):
    """There is nothing that could be rolled back, or undone."""

    kind = "nothing_to_take_back"


def rollback(context: Context, name: str | None, to: str | None) -> RunRecord:
    """Put the paths that a run committed as they were before step `to` of it, or before its first.

    Without a name it is the open run, this work tree's before others', else the last one that
    executed a plan in this tree. Everything is refused before anything is written: raises
    UnknownName, UsageError, NothingToTakeBack, ChangedSince, PathBlocked, RunOpen, Held.
    """
    here = {
        record.card.run for record in open_runs(context.repository) if record.card.kind == "execute"
    }

    def meant(found: RunRecord) -> bool:
        if name is None and here:
            return found.card.run in here
        return found.card.kind == "execute" and (
            name is not None or found.open or _ended_here(context, found)
        )

    record = one_run(context.repository, name, among_open=False, only=meant)
    if record.open:
        return _within(context, record, to)
    if not _ended_here(context, record):
        place, command = str(record.work_tree), forge_command("rollback", record.card.run)
        raise UsageError(
            f"the run {record.card.run} ended in the work tree {place}, and its work is not in"
            " this one",
            "take it back there, or merge it first",
            [f"{shlex.join(['cd', place])} && {command}"],
        )
    return _run_of_its_own(context, record, Aim("rollback", record.card.run, _step(record, to)))


def _ended_here(context: Context, record: RunRecord) -> bool:
    return not record.open and record.work_tree == context.repository.root


def undo(context: Context) -> RunRecord:
    """Undo the latest rollback that was not undone. It is refused as `rollback` is."""
    done = standing_rollbacks(all_runs(context.repository))
    found = [
        each for each in done if each.record.live or (each.going.made and not each.record.open)
    ]
    if not found:
        raise NothingToTakeBack(
            "there is no rollback that could be undone", "see `forge runs`", ["forge runs"]
        )
    latest = max(found, key=_when)
    aim = Aim("undo", latest.record.card.run, latest.going.to, latest.going.seq)
    if not latest.record.open:
        return _run_of_its_own(context, latest.record, aim)
    with holding(context, latest.record) as run:
        return _carry_out(run, aim)


def _when(found: Rollback) -> str:
    return next(event.ts for event in found.record.reading.events if event.seq == found.going.seq)


def _step(record: RunRecord, to: str | None) -> str | None:
    """Return the id of a step that was named by its id or number, else of the first that the run
    did; None for all of it.

    Raises UnknownName, NothingToTakeBack.
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
    """Roll back a run that is open: its steps from `to` on are pending again."""
    with holding(context, record) as run:
        if run.state.ended:
            raise UsageError(
                f"the run {run.card.run} has ended, and its closing record is not committed yet",
                "commit that, then roll back",
                [f"forge resume {run.card.run}"],
            )
        step = _step(current(run), to) or _first(run.state)
        return _carry_out(run, Aim("rollback", run.card.run, step, loose=_loose(run)))


def _first(state: RunState) -> str:
    """Return the first step. Raises NothingToTakeBack where the run did not begin it, nor any
    other.
    """
    if not own_steps(state):
        raise NothingToTakeBack(
            "no step of this run has begun: there is nothing to take back", "see `forge timeline`"
        )
    return state.steps[0].id


def _carry_out(run: OpenRun, aim: Aim) -> RunRecord:
    if run.state.rollback is None:
        if run.state.status == "running":
            run.log.append(ev.RunInterrupted(run.state.last_seq))
        run.requests.clear()
        begin(run, aim)
    go_on(run)
    return current(run)


def _loose(run: OpenRun) -> tuple[str, ...]:
    """Return the uncommitted paths that are the work of the step under way, so that they go with
    it; never a person's.
    """
    if not _at_work(run.state):
        return ()
    return tuple(
        dict.fromkeys(
            path
            for path in (entry.path for entry in run.repository.dirty())
            if not run.tree.is_own_path(path)
        )
    )


def _at_work(state: RunState) -> bool:
    work = state.work
    by_runner = (
        work.runner != ""
        and work.runner_name != "manual"
        and not work.applied
        and not work.user_repaired
    )
    return by_runner or bool(work.changed)


def _run_of_its_own(context: Context, record: RunRecord, aim: Aim) -> RunRecord:
    """Take back what an ended run committed, in a run of its own."""
    require_fit(context)
    repository = context.repository
    with writing(context, aim.kind) as lock, Interrupts() as interrupts:
        require_no_open_run(context)
        require_unlocked(context.repository)
        head = str(repository.head().commit)
        if not way_back(repository, aim, head, capture(repository)).due:
            what = (
                "is undone already"
                if aim.kind == "undo"
                else "committed nothing that is still there: there is nothing to roll back"
            )
            raise NothingToTakeBack(
                f"the run {record.card.run} {what}", "see `forge runs`", ["forge runs"]
            )
        card = _card(context, record, aim, head)
        lock.rename(card.run)
        told: dict[str, object] = {
            "kind": aim.kind,
            "to": aim.to or "",
            "of_seq": str(aim.of_seq) if aim.of_seq else "",
        }
        options = {name: value for name, value in told.items() if value}
        first = ev.MissionStarted(card.goal, 0, {}, card.plan_sha256, head, card.prior_run, options)
        create_live(repository, card, [(first, None)], card.actor, context.execution)
        run = open_run(context, card, interrupts)
        try:
            go_on(run)
            return current(run)
        finally:
            run.close()


def _card(context: Context, record: RunRecord, aim: Aim, head: str) -> RunCard:
    repository, prior = context.repository, record.card
    records, clone = all_runs(repository), clone_id(repository)
    mine = [each.card.run for each in records if each.card.clone == clone]
    executed = (
        next((each.card for each in records if each.card.run == prior.prior_run), prior)
        if not prior.steps
        else prior
    )
    return RunCard(
        run=run_id(prior.plan, mine, max(mine, default="")),
        kind=aim.kind,
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
        goal=words(aim.kind, executed.steps, aim.to),
        steps=[],
        prior_run=prior.run,
    )
