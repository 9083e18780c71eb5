"""The run of its own that rolls back an ended run, or undoes that."""

from __future__ import annotations

from forge.errors import ForgeError
from forge.git.clone import clone_id
from forge.git.commits.identity import identity
from forge.git.commits.stale_locks import require_unlocked
from forge.git.restore.snapshot import capture
from forge.records.card import RunCard
from forge.records.record import RunRecord, all_runs
from forge.run.engine.actions.rollback_plan import RollbackTarget, describe, plan_rollback
from forge.run.engine.context import Context
from forge.run.engine.controls import current
from forge.run.engine.executor import go_on
from forge.run.engine.load import open_run
from forge.run.engine.parts.live_log import create_live
from forge.run.engine.session import writing
from forge.run.processes.signals import Interrupts
from forge.run.start.preconditions import require_fit, require_no_open_run
from forge.timeline.ids import now
from forge.timeline.run import events as ev
from forge.timeline.run.run_id import run_id


class NothingToTakeBack(ForgeError):
    """There is nothing to roll back, or to undo."""

    kind = "nothing_to_take_back"


def roll_back_in_own_run(context: Context, record: RunRecord, target: RollbackTarget) -> RunRecord:
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
