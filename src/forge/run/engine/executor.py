"""Carries a run on, one action after another, until it ends or needs the user."""

from __future__ import annotations

import contextlib
from typing import NoReturn

from forge.errors import ForgeError, GitFailed, Interrupted, StorageFailed
from forge.git import failures
from forge.git.commits.record_commit import HeadMoved
from forge.git.failures import NoRoom
from forge.git.index.user_index import index_damage
from forge.git.objects.commit import is_ancestor
from forge.git.restore.revert import ChangedSince
from forge.git.restore.snapshot import PathBlocked, keep_reachable
from forge.run.approvals.store import state_folder
from forge.run.engine import other_branches, uncommitted
from forge.run.engine.actions.action import Action
from forge.run.engine.actions.diff import found_needs_approval, needs_approval
from forge.run.engine.actions.questions import pause
from forge.run.engine.actions.table import ACTIONS
from forge.run.engine.next_move import Move, Rules, next_move
from forge.run.engine.open_run import OpenRun
from forge.run.engine.parts.subjects import MOST_LISTED
from forge.run.engine.stop import stop_here
from forge.run.guard.holder import ForeignCode
from forge.run.processes.git_guard import GitGuard
from forge.text.path_list import cut, in_text
from forge.timeline.run import events as ev

_TAMPERED = (
    "another program wrote to the live record of this run; it was restored, and what was there is"
    " kept under .git/forge/torn/"
)
_DENIED = (
    "code of this run did what only the user may do:\n{}\nlook at what it is, then `forge resume`"
    " to go on with its work, or `forge stop`"
)
_LISTED = 20
_ALTERED = (
    "was changed by another program: it is this run's own record; it was put back as it was written"
)


def go_on(run: OpenRun) -> None:
    """Carry out the next moves until the run pauses or has ended, then commit its record.

    Raises Interrupted (the run is paused), StorageFailed (`forge resume` goes on once there is
    room).
    """
    try:
        _carry_out_moves(run)
    except HeadMoved as error:
        # the run's commits may be on no branch any more
        keep_reachable(run.repository, run.branch.newest_commit, run.card.run)
        hint = error.hint or ""
        separator = "\n" if len(error.lines) > 1 else "; "
        _pause_or_raise(run, "head_moved", error, f"{separator}{hint}" if hint else "")
    except NoRoom as error:
        _pause_for_room(run, error)
    except (GitFailed, PathBlocked, ChangedSince) as error:
        # resuming tries the same move again
        _pause_or_raise(run, "error", error, f"\n{error.hint}".rstrip())
    except Interrupted as error:
        if not run.state.ended:
            pause(run, "interrupted", error.message, _changed_by_runner(run))
            commit_pause(run)
        raise
    except (StorageFailed, OSError) as error:
        _pause_for_room(run, error if isinstance(error, StorageFailed) else StorageFailed.of(error))
    except Exception as error:
        failure_of_git = failures.meaning(error)
        if failure_of_git is None:
            raise
        _pause_or_raise(run, "error", failure_of_git, f"\n{failure_of_git.hint}")
    if run.state.status == "paused":
        commit_pause(run)


def _changed_by_runner(run: OpenRun) -> list[str]:
    """Return what a runner that was just interrupted has changed, so that what the user changes
    from now on is not taken for its work.
    """
    if run.state.work.runner != "started" or not run.trusts_git():
        return []
    return sorted(run.tree.unsettled_paths())[:MOST_LISTED]


def _pause_for_room(run: OpenRun, failure: StorageFailed) -> NoReturn:
    """Pause a run that could not write, if at least that can be written; raise the failure."""
    with contextlib.suppress(Exception):  # what fails now fails for the same reason
        if not run.state.ended:
            pause(run, "storage", failure.message)
            commit_pause(run)
    raise failure


def commit_pause(run: OpenRun) -> None:
    """Commit the record of a paused run, unless that would make things worse.

    The record stays in the live log alone if HEAD is not on the run's branch, if that branch no
    longer has the run's commits, if git would obey files that a step's code changed, or if the
    index is damaged. The next resume handles each of these.
    """
    run.tree.release()
    if not run.trusts_git() or index_damage(run.repository):
        return
    with contextlib.suppress(HeadMoved):
        if is_ancestor(run.repository, run.branch.newest_commit, run.branch.head()):
            run.record.commit(f"forge({run.card.short_plan}): record — {run.state.status}")


def rules_of(run: OpenRun) -> Rules:
    """Return what decides the next move besides the state and the plan."""
    return Rules(
        run.settings.repair_attempts,
        bool(run.option("no_checks")),
        needs_approval(run),
        found_needs_approval(run),
        run.card.kind != "execute",
    )


def _pause_or_raise(run: OpenRun, reason: str, error: ForgeError, hint: str) -> None:
    """Pause the run. If only the closing record is missing, raise the error instead; the next
    resume commits that record.
    """
    run.tree.release()
    if run.state.ended:
        raise error
    pause(run, reason, in_text(error.lines) + hint)


def _carry_out_moves(run: OpenRun) -> None:
    expected_head: str | None = run.branch.head()  # None if HEAD may have moved since
    foreign_code_ran = True  # since the live log was last checked
    if not run.state.ended:
        run.record.put_log_back()  # no code of this run changed it now; the user was told
        uncommitted.capture_again(run)
        _pause_for_denials(run)
    while run.state.status == "running" or run.state.ended:
        run.interrupts.check()
        if not run.state.ended and run.requests.pending() == "stop" and run.trusts_git():
            stop_here(run, "asked from another shell")
            continue
        if foreign_code_ran and not run.state.ended and run.log.was_tampered_with():
            run.log.append(ev.FailureDetected("tampered", _TAMPERED), step=run.state.step)
        elif foreign_code_ran and not run.state.ended and (altered := run.record.altered()):
            failed = ev.FailureDetected("tampered", f"{altered} {_ALTERED}")
            run.log.append(failed, step=run.state.step)
        move = next_move(run.state, run.plan, rules_of(run))
        action = ACTIONS[move.verb]
        if action.at_edge and run.requests.pending() == "pause":
            run.requests.clear()
            pause(run, "requested", "paused at a step's edge, as asked")
            return
        if not action.closes:
            head = _require_head(run, expected_head)
            expected_head = None if action.moves_head else head
        _carry_out(run, action, move)
        _pause_for_denials(run)
        foreign_code_ran = action.runs_code or action.runs_hooks
        if action.closes:
            return


def _require_head(run: OpenRun, expected: str | None) -> str:
    """Return HEAD's commit. Raises HeadMoved if it is not the expected one."""
    head = run.branch.head()
    if expected not in (None, head):
        raise HeadMoved(
            f"HEAD moved to {head[:12]} while forge was at work", "look at it, then `forge resume`"
        )
    return head


def _carry_out(run: OpenRun, action: Action, move: Move) -> None:
    if not (action.runs_code or action.runs_hooks):
        action.carry_out(run, move)
        return
    before = other_branches.branches(run.repository) if action.runs_code else {}
    with ForeignCode(run.repository, run.card.run, state_folder()) as code:
        if action.runs_code:
            _carry_out_guarded(run, action, move)
        else:
            action.carry_out(run, move)
    run.denials += code.denials
    if run.guard is None:
        uncommitted.pause_if_changed(run)
        if action.runs_code:
            other_branches.pause_if_committed(run, before)


def _pause_for_denials(run: OpenRun) -> None:
    """Record what programs of the run did that is for the user, and pause the run if there is
    any.
    """
    if run.state.ended:
        return
    denials, run.denials = [*run.denials, *run.requests.take_denials()], []
    for denial in denials:
        run.log.append(ev.ToolDenied(*denial), step=run.state.step)
    if denials and run.state.status == "running":
        listed = in_text(cut([f"{denial.tool}: {denial.reason}" for denial in denials], _LISTED))
        pause(run, "tool_denied", _DENIED.format(listed))


def _carry_out_guarded(run: OpenRun, action: Action, move: Move) -> None:
    """Carry out an action that runs foreign code. If that changed files that git obeys, the guard
    stays on.
    """
    run.guard = guard = GitGuard.watch(run.repository, run.folder)
    action.carry_out(run, move)
    damage = guard.damage()
    if damage is None:
        run.guard = None
    elif run.state.status != "running":
        return  # paused meanwhile: the next command compares, and says it
    else:
        run.log.append(ev.FailureDetected(*damage), step=run.state.step)
    guard.forget()
