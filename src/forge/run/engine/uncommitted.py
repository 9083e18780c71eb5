"""`execute --allow-dirty`: what lay uncommitted when a run began. It is captured, never committed,
never put back.
"""

from __future__ import annotations

from forge.git.repository import Repository
from forge.git.restore.snapshot import CHECKPOINTS, capture, changed_since, keep
from forge.run.engine.actions.questions import pause
from forge.run.engine.open_run import OpenRun
from forge.timeline.run import events as ev

_LISTED = 20


def captured(repository: Repository, run: str, paths: list[str]) -> ev.DirtyCaptured:
    """Keep what lies in the tree, staged and not, under `refs/forge/checkpoints/<run>/<n>`, before
    anything else is done.
    """
    commit = keep(
        repository, capture(repository), run, "what lay uncommitted in the tree", CHECKPOINTS
    )
    return ev.DirtyCaptured(commit, paths)


def capture_again(run: OpenRun) -> None:
    """Before a run goes on: what its bystanders are by now, since their owner may have worked on
    them meanwhile.
    """
    if not run.state.dirty_commit:
        return
    left = _still_dirty(run)
    if left != run.state.dirty or changed_since(run.repository, run.state.dirty_commit, left):
        run.log.append(captured(run.repository, run.card.run, left))


def pause_where_touched(run: OpenRun) -> None:
    """Pause where a bystander is not as it was captured: it was changed, or committed, behind its
    owner's back.
    """
    if not run.state.dirty or run.state.status != "running":
        return
    changed = changed_since(run.repository, run.state.dirty_commit, run.state.dirty)
    touched = sorted({*changed, *run.state.dirty} - (set(_still_dirty(run)) - set(changed)))
    if touched:
        listed = "\n".join(f"  {path}" for path in touched[:_LISTED])
        text = (
            f"uncommitted when the run began, and changed since:\n{listed}\n`git show"
            f" {run.state.dirty_commit[:12]}:PATH` shows one as it was; put them back or keep them"
            " as they are, then `forge resume`; the run commits none of them"
        )
        pause(run, "dirty_path", text)


def _still_dirty(run: OpenRun) -> list[str]:
    now = {entry.path for entry in run.repository.dirty()}
    return [path for path in run.state.dirty if path in now]
