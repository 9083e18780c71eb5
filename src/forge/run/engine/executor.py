"""Carries a run on, move by move, until it ends or somebody has to come."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping

from forge.errors import ForgeError, GitFailed, Interrupted, StorageFailed
from forge.git.commits.record_commit import HeadMoved
from forge.git.index.user_index import index_damage
from forge.git.objects.commit import is_ancestor
from forge.git.restore.revert import ChangedSince
from forge.git.restore.snapshot import PathBlocked, keep_reachable
from forge.run.engine import uncommitted
from forge.run.engine.actions import checks, edits, finish, questions, retrieve, rollback, steps
from forge.run.engine.next_move import Move, Rules, next_move
from forge.run.engine.open_run import OpenRun
from forge.run.engine.stop import stop_here
from forge.run.processes.git_guard import GitGuard
from forge.timeline.run import events as ev

_ACTIONS: Mapping[str, Callable[[OpenRun, Move], None]] = {
    "start": steps.start,
    "retrieve": retrieve.retrieve,
    "complete": steps.complete,
    "fail": steps.fail,
    "repair": steps.repair,
    "pause_failure": steps.pause_failure,
    "restore": edits.restore,
    "checkpoint": edits.checkpoint,
    "call_runner": edits.call_runner,
    "take_manual": edits.take_manual,
    "propose": edits.propose,
    "apply": edits.apply,
    "check": checks.check,
    "check_before": checks.check_before,
    "ask_before": questions.ask_before,
    "keep_changed": checks.keep_changed,
    "discard_changed": checks.discard_changed,
    "ask_step": questions.ask_step,
    "ask_diff": questions.ask_diff,
    "ask_nothing": questions.ask_nothing,
    "ask_check": questions.ask_check,
    "ask_changed": questions.ask_changed,
    "truth": finish.truth,
    "judge": finish.judge,
    "finish": finish.finish,
    "announce": rollback.announce,
    "take_back": rollback.take_back,
    "close": finish.close,
}
_LEAVE_HEAD = {
    "check",
    "check_before",
    "truth",
    "start",
    "complete",
    "take_manual",
}  # a HEAD that moved meanwhile was moved by somebody else
_TAMPERED = (
    "somebody else wrote to the live record of this run; it is put back as forge wrote it, and what"
    " was there is kept under .git/forge/torn/"
)
_EDGES = {"start", "judge"}
_RUNS_CODE = {"call_runner", "check", "check_before", "truth"}
_RUNS_HOOKS = {"apply", "keep_changed"}


def go_on(run: OpenRun) -> None:
    """Do what comes next until the run pauses or has ended; the record is then committed.

    Raises Interrupted (the run is paused), StorageFailed (it goes on with `forge resume` once there
    is room).
    """
    try:
        _moves(run)
    except HeadMoved as error:
        run.tree.release()
        keep_reachable(
            run.repository, run.branch.newest_commit, run.card.run
        )  # what the run stands on is a person's history
        if run.state.ended:
            raise  # only the closing record is missing: the next resume commits it
        questions.pause(
            run, "head_moved", error.message + (f"; {error.hint}" if error.hint else "")
        )
    except (GitFailed, PathBlocked, ChangedSince) as error:
        run.tree.release()
        if run.state.ended:
            raise
        questions.pause(
            run, "error", f"{error.message}\n{error.hint}".strip()
        )  # the same move is tried again on resume
    except Interrupted as error:
        if not run.state.ended:
            questions.pause(run, "interrupted", error.message)
            commit_pause(run)
        raise
    except (StorageFailed, OSError) as error:
        failure = error if isinstance(error, StorageFailed) else StorageFailed.of(error)
        with contextlib.suppress(ForgeError, OSError):
            if not run.state.ended:
                questions.pause(run, "storage", failure.message)
                commit_pause(run)
        raise failure from error
    if run.state.status == "paused":
        commit_pause(run)


def _moves(run: OpenRun) -> None:
    expected: str | None = run.branch.head()  # None where forge itself may have moved it last
    if not run.state.ended:
        uncommitted.capture_again(run)
    strangers = (
        True  # whether somebody else's code may have run since the live record was last looked at
    )
    while run.state.status == "running" or run.state.ended:
        run.interrupts.check()
        if not run.state.ended and run.requests.pending() == "stop":
            stop_here(run, "asked from another shell")
            continue
        if strangers and not run.state.ended and run.log.was_tampered_with():
            run.log.append(ev.FailureDetected("tampered", _TAMPERED), step=run.state.step)
        move = next_move(run.state, run.plan, rules_of(run))
        if move.verb in _EDGES and run.requests.pending() == "pause":
            run.requests.clear()
            questions.pause(run, "requested", "paused at a step's edge, as asked")
            return
        if move.verb != "close":
            head = run.branch.head()
            if expected not in (None, head):
                raise HeadMoved(
                    f"HEAD moved to {head[:12]} while forge was at work",
                    "look at it, then `forge resume`",
                )
            expected = head if move.verb in _LEAVE_HEAD else None
        runs_code = move.verb in _RUNS_CODE
        if runs_code:
            _guarded(run, move)
        else:
            _ACTIONS[move.verb](run, move)
        strangers = runs_code or move.verb in _RUNS_HOOKS
        if move.verb == "close":
            return
        if runs_code and run.guard is None:
            uncommitted.pause_where_touched(run)


def _guarded(run: OpenRun, move: Move) -> None:
    """Do a move that runs code of somebody else. Where that did something beside the work tree, the
    guard stays on.
    """
    with GitGuard.watch(run.repository) as run.guard:
        _ACTIONS[move.verb](run, move)
        broken = run.guard.damage() if run.state.status == "running" else None
    if broken is None:
        run.guard = None
    else:
        run.log.append(ev.FailureDetected(*broken), step=run.state.step)


def rules_of(run: OpenRun) -> Rules:
    """Return what decides the next move beside the state."""
    takes_back = run.card.kind != "execute"
    return Rules(
        run.settings.repair_attempts,
        bool(run.option("no_checks")),
        edits.needs_yes(run),
        takes_back,
    )


def commit_pause(run: OpenRun) -> None:
    """Commit the record as it is, where HEAD is on the run's branch; elsewhere it waits in the live
    log.

    It waits too where the branch no longer holds the run's commits: one more record there would be
    in the way of those. And where git would heed what a step's code wrote beside the tree, or has
    no index: whoever goes on with the run sees to that.
    """
    run.tree.release()
    if not run.trusts_git() or index_damage(run.repository):
        return
    with contextlib.suppress(HeadMoved):
        if not is_ancestor(run.repository, run.branch.newest_commit, run.branch.head()):
            return
        run.record.commit(f"forge({run.card.short_plan}): record — {run.state.status}")
