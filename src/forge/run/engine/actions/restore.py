"""Restores the work tree to a step's checkpoint, so that the step can start over."""

from __future__ import annotations

from forge.git.commits.record_commit import commit_entries, tree_with
from forge.git.restore.snapshot import PathBlocked, changed_entries, restore_paths, snapshot
from forge.git.tree_entries import Entry
from forge.records.card import RUNS
from forge.run.engine.actions.action import action
from forge.run.engine.commit_message import message
from forge.run.engine.next_move import Move
from forge.run.engine.open_run import OpenRun
from forge.text.command_line import forge_command
from forge.text.path_list import cut
from forge.timeline.run import events as ev


@action()
def restore(run: OpenRun, move: Move) -> None:
    """Put the tree back to the step's checkpoint, after a snapshot of what is in it.

    What the step committed is reverted by a new commit. Uncommitted files that are neither on
    record as the step's nor in the plan's scope stay as they are, and are named: the user may have
    changed them meanwhile. They are judged before the step starts over.
    """
    current, step = run.current, run.step
    target, head = str(current.work.restore_to), run.branch.head()
    entries = entries_to_restore(run, target)
    taken = snapshot(run.repository, run.card.run, f"before {step.id} starts over")
    tree = tree_with(run.repository, head, entries)
    left: list[str] = []
    touched = {*entries, *current.touched}

    def stays(path: str) -> bool:
        if is_record(path) or run.tree.is_settled(path):
            return True
        if path in touched or run.plan.write_scope.covers(path):
            return False
        left.append(path)
        return True

    restore_paths(run.repository, taken, tree, stays)
    if entries:
        subject = f"forge({run.card.short_plan}): back to before {step.number} — {step.name}"
        trailers: dict[str, str | int] = {"Forge-Step": step.id, "Forge-Attempt": current.attempt}
        text = message(run.card, subject, run.state.last_seq, trailers)
        commit_entries(run.repository, entries, text, head, run.branch.ref)
    reason = "the step starts over"
    if left:
        listed = ", ".join(cut(sorted(set(left)), indent=""))
        reason += f"; left as they are, since they may be yours: {listed}"
    run.log.append(ev.CheckpointRestored(target, reason, taken), step=current)


def entries_to_restore(run: OpenRun, target: str) -> dict[str, Entry]:
    """Return the paths that the step's commits changed, each with its entry in commit `target`.

    Commits of others since `target` are kept. Raises PathBlocked if one of them changed such a path
    too, and the path differs from what the step left.
    """
    repository, own, head = run.repository, run.current.commits, run.branch.head()
    last_change = {
        path: commit
        for commit in own
        for path in changed_entries(repository, f"{commit}^", commit, is_record)
    }
    for commit in run.branch.foreign_commits(target):
        if commit in own:
            continue
        changed = changed_entries(repository, f"{commit}^", commit, is_record)
        for path in sorted(last_change.keys() & changed.keys()):
            if path in changed_entries(repository, last_change[path], head, is_record):
                raise _changed_since(run, path, commit)
    entries = changed_entries(repository, head, target, is_record)
    return {path: entry for path, entry in entries.items() if path in last_change}


def is_record(path: str) -> bool:
    """Return whether a path belongs to the records of runs, which are never put back."""
    return path.startswith(RUNS + "/")


def _changed_since(run: OpenRun, path: str, commit: str) -> PathBlocked:
    hint = "revert that, then try again"
    if run.current.work.restore_to is None:
        hint += f"; or fix the step by hand and `{forge_command('resume', run.card.run)}`"
    return PathBlocked(f"{path} was changed by {commit[:12]} since", hint)
