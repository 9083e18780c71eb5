"""The actions of a rollback, and of the undo of one: announce it after a snapshot, put the tree
back, and commit that.
"""

from __future__ import annotations

from collections.abc import Collection

from forge.git.commits.record_commit import commit_entries
from forge.git.restore.snapshot import Captured, capture, changed_entries, keep, restore_paths
from forge.git.restore.subject import entries_sha256, keep_subject
from forge.run.engine.actions.action import action
from forge.run.engine.actions.questions import pause
from forge.run.engine.actions.rollback_plan import (
    RollbackPlan,
    RollbackTarget,
    describe,
    find_record,
    loose_paths,
    plan_rollback,
    steps_of_other_runs,
)
from forge.run.engine.commit_message import message
from forge.run.engine.next_move import Move
from forge.run.engine.open_run import OpenRun
from forge.run.engine.parts.subjects import MOST_LISTED
from forge.timeline.run import events as ev
from forge.timeline.run.state import RollbackState


@action()
def announce(run: OpenRun, move: Move) -> None:
    """Announce the rollback that this run was started for."""
    of_seq = run.option("of_seq")
    begin(
        run,
        RollbackTarget(
            run.card.kind,
            str(run.card.prior_run),
            run.option("to") or None,
            int(of_seq) if of_seq.isdigit() else 0,
        ),
    )


def begin(run: OpenRun, target: RollbackTarget) -> None:
    """Keep the work tree in a snapshot, then announce a rollback. If it raises ChangedSince or
    PathBlocked, nothing was written.
    """
    head, captured = run.branch.head(), capture(run.repository)
    plan = plan_rollback(run.repository, target, head, captured)
    run.kept_snapshot = keep(
        run.repository, captured, run.card.run, f"before the {target.kind} of {target.run}"
    )
    stay: list[dict[str, str]] = []
    if target.kind == "rollback":
        stay = steps_of_other_runs(find_record(run.repository, target.run).state, target.to)
    paths, loose = sorted(plan.paths), list(target.loose)
    more_paths, more_loose = (max(0, len(many) - MOST_LISTED) for many in (paths, loose))
    run.log.append(
        ev.RollbackStarted(
            target.kind,
            target.run,
            target.to,
            head,
            plan.commit,
            run.kept_snapshot,
            paths[:MOST_LISTED],
            loose[:MOST_LISTED],
            target.of_seq,
            stay,
            list(plan.spared[:MOST_LISTED]),
            more_paths,
            entries_sha256(plan.entries.items()) if more_paths else "",
            more_loose,
            _keep_loose(run, head, captured, loose) if more_loose else "",
            len(plan.spared[MOST_LISTED:]),
        )
    )


def _keep_loose(run: OpenRun, head: str, captured: Captured, loose: Collection[str]) -> str:
    """Keep loose paths, of which the record lists only some; return the commit that has them."""
    wanted = set(loose)
    entries = changed_entries(run.repository, head, captured.tree, lambda path: path not in wanted)
    reason = "uncommitted work of the step, before it was rolled back"
    return keep_subject(run.repository, run.card.run, head, entries, reason)


@action()
def take_back(run: OpenRun, move: Move) -> None:
    """Carry out the announced rollback and record it. What was done before a crash is not
    repeated.
    """
    announced = run.state.rollback
    assert announced is not None
    kept = announced.snapshot
    commit = run.branch.commit_with(Seq=str(announced.seq), Rollback=announced.run)
    if commit is None:
        head, captured = run.branch.head(), capture(run.repository)
        target = RollbackTarget.of(announced, loose_paths(run.repository, announced))
        plan = plan_rollback(run.repository, target, head, captured, started=True)
        if run.kept_snapshot != kept:  # announced by another process: the tree may have changed
            reason = f"before the {announced.kind} of {announced.run} goes on"
            kept = keep(run.repository, captured, run.card.run, reason)
        restore_paths(
            run.repository,
            captured.tree,
            plan.tree,
            plan.leaves_alone,
            _written_by_rollback(announced, plan),
        )
        commit = _commit(run, announced, plan)
    reason = f"{announced.kind} of {announced.run}"
    run.log.append(ev.CheckpointRestored(announced.commit, reason, kept, commit))
    if run.card.kind == "execute":
        _pause(run, announced, kept)


def _written_by_rollback(announced: RollbackState, plan: RollbackPlan) -> list[str]:
    """Return the files that an undo removes: the rollback wrote them, ignored or not."""
    gone = [path for path, entry in plan.entries.items() if entry is None]
    return gone if announced.kind == "undo" else []


def _commit(run: OpenRun, announced: RollbackState, plan: RollbackPlan) -> str | None:
    if not plan.entries:
        return None
    subject = (
        run.card.goal
        if run.card.kind != "execute"
        else describe(announced.kind, run.card.steps, announced.to)
    )
    trailers: dict[str, str | int] = {"Forge-Step": announced.to} if announced.to else {}
    text = message(
        run.card,
        f"forge({run.card.short_plan}): {subject}",
        announced.seq,
        {**trailers, "Forge-Rollback": announced.run},
    )
    return commit_entries(run.repository, plan.entries, text, plan.head, run.branch.ref)


def _pause(run: OpenRun, announced: RollbackState, kept: str) -> None:
    """Pause an open run that was rolled back: the user decides how to go on."""
    if announced.kind == "undo":
        pause(run, run.state.pause, run.state.pause_text)
    else:
        pause(
            run,
            "rolled_back",
            f"back to before {announced.to}; the work tree was kept as {kept[:10]}",
        )
