"""Ends a run for good: a snapshot of the work tree, then the last events."""

from __future__ import annotations

import contextlib
from typing import NamedTuple

from forge.errors import ForgeError, GitFailed, StorageFailed
from forge.git.restore.revert import ChangedSince
from forge.git.restore.snapshot import PathBlocked, keep, snapshot
from forge.git.restore.unfiltered import capture_unfiltered
from forge.run.engine.actions.rollback import take_back
from forge.run.engine.next_move import Move
from forge.run.engine.open_run import OpenRun
from forge.text.command_line import forge_command
from forge.timeline.run import events as ev

_REASON = "before the run was stopped"


class NoSnapshot(ForgeError):
    """The uncommitted changes cannot be kept, so the run was not stopped."""

    kind = "no_snapshot"
    exit_code = 1


class _Kept(NamedTuple):
    """The snapshot of a stopped run, None without one, and what is wrong with it."""

    commit: str | None = None
    problem: str = ""


def stop_here(run: OpenRun, reason: str, *, without_snapshot: bool = False) -> None:
    """Stop a run. Uncommitted changes stay in the work tree, and are kept in a snapshot too.

    A rollback in progress is completed first, unless work of the user blocks it. Raises NoSnapshot,
    before anything is recorded, if no snapshot can be taken and one is wanted.
    """
    run.tree.release()
    if run.state.rollback is not None:
        with contextlib.suppress(GitFailed, PathBlocked, ChangedSince):
            take_back(run, Move("take_back"))
    kept = _Kept(None, "without a snapshot, as asked") if without_snapshot else _keep(run)
    run.log.append(ev.ExecutionStopped(reason, kept.commit, kept.problem), step=run.state.step)
    run.log.append(ev.Final("stopped", run.state.completed_steps, len(run.state.steps), None))


def _keep(run: OpenRun) -> _Kept:
    """Keep what is uncommitted; if git cannot store it by its rules, as the files lie there."""
    name = run.card.run
    try:
        if not run.tree.changed_paths():
            return _Kept()
        return _Kept(snapshot(run.repository, name, _REASON))
    except GitFailed as error:
        cause = error.message
    except (StorageFailed, OSError) as error:
        raise _no_snapshot(name, error) from error
    try:
        taken = keep(run.repository, capture_unfiltered(run.repository), name, _REASON)
    except (ForgeError, OSError) as error:
        raise _no_snapshot(name, error) from error
    return _Kept(taken, f"the snapshot has each file as it lies in the tree, since {cause}")


def _no_snapshot(run: str, error: ForgeError | OSError) -> NoSnapshot:
    cause = error.message if isinstance(error, ForgeError) else StorageFailed.of(error).message
    return NoSnapshot(
        f"no snapshot of the uncommitted changes can be taken, so the run was not stopped: {cause}",
        "remove what is in the way; or stop it without one: the files stay in the tree as they are",
        [forge_command("stop", run, options=["--without-snapshot"])],
    )
