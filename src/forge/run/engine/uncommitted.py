"""`execute --allow-dirty`: files that were uncommitted when a run started. They are captured, but
never committed or put back.
"""

from __future__ import annotations

from forge.git.repository import Repository
from forge.git.restore.snapshot import CHECKPOINTS, capture, changed_since, keep, uncommitted_in
from forge.run.engine.actions.questions import pause
from forge.run.engine.open_run import OpenRun
from forge.run.engine.parts.subjects import MOST_LISTED
from forge.text.path_list import cut, in_text
from forge.timeline.run import events as ev

_LISTED = 20


def captured(repository: Repository, run: str, paths: list[str]) -> ev.DirtyCaptured:
    """Keep the uncommitted files, staged or not, under `refs/forge/checkpoints/<run>/<n>`."""
    commit = keep(
        repository, capture(repository), run, "uncommitted files at the start", CHECKPOINTS
    )
    return dirty_captured(repository, commit, paths)


def dirty_captured(repository: Repository, commit: str, paths: list[str]) -> ev.DirtyCaptured:
    """Return the event about uncommitted files. Of many it lists the first ones, and those before
    them that their commit cannot tell: what is uncommitted inside a submodule.
    """
    if len(paths) <= MOST_LISTED:
        return ev.DirtyCaptured(commit, paths)
    kept = uncommitted_in(repository, commit)
    missing = [path for path in paths if path not in kept]
    others = [path for path in paths if path in kept][:MOST_LISTED]
    listed = [*missing, *others]
    return ev.DirtyCaptured(commit, listed, len(paths) - len(listed))


def capture_again(run: OpenRun) -> None:
    """Capture these files again before a run goes on: the user may have changed them."""
    if not run.state.dirty_commit:
        return
    paths = _still_dirty(run)
    if {*paths} != run.tree.dirty_paths() or changed_since(
        run.repository, run.state.dirty_commit, paths
    ):
        run.log.append(captured(run.repository, run.card.run, paths))


def pause_if_changed(run: OpenRun) -> None:
    """Pause if the code of a step, or a hook, changed or committed one of these files."""
    if not run.state.dirty or run.state.status != "running":
        return
    before = run.tree.dirty_paths()
    changed = changed_since(run.repository, run.state.dirty_commit, sorted(before))
    committed = before - set(_still_dirty(run))
    touched = sorted({*changed, *committed})
    if touched:
        swept = {path: commit for commit, paths in run.state.swept.items() for path in paths}
        lines = [
            path + (f" (a hook committed it in {swept[path][:10]})" if path in swept else "")
            for path in touched
        ]
        listed = in_text(cut(lines, _LISTED))
        text = (
            f"uncommitted when the run began, and changed since:\n{listed}\n`git show"
            f" {run.state.dirty_commit[:12]}:PATH` shows one as it was; put them back or keep them"
            " as they are, then `forge resume`; forge itself does not commit them"
        )
        pause(run, "dirty_path", text)


def _still_dirty(run: OpenRun) -> list[str]:
    dirty = {entry.path for entry in run.repository.dirty()}
    return sorted(path for path in run.tree.dirty_paths() if path in dirty)
