"""The state of the work tree before and after a command: what differs is what the command changed.

Both are read in the same way, so what was uncommitted before, and names that git compares without
regard to case, are in both and are blamed on nobody.
"""

from __future__ import annotations

from msgspec import Struct

from forge.git.restore.snapshot import capture, changed_entries
from forge.git.tree_entries import Entry
from forge.run.engine.open_run import OpenRun


class State(Struct, frozen=True):
    """The work tree as a tree, which is that of `commit` if nothing is uncommitted.

    `inside` are submodules and other repositories with changes of their own.
    """

    tree: str
    commit: str | None
    inside: frozenset[str] = frozenset()


def tree_as_is(run: OpenRun) -> State:
    """Return the state of the work tree, without ignored files."""
    if not run.tree.changed_paths():
        head = run.branch.head()
        return State(head, head)
    return State(capture(run.repository).tree, None, run.tree.changed_inside())


def changed_between(run: OpenRun, before: State, after: State) -> dict[str, Entry]:
    """Return the paths that changed between two states, with their entries after; without those
    that nobody has to be asked about.
    """
    if before.tree == after.tree:
        return {}
    return changed_entries(run.repository, before.tree, after.tree, run.tree.is_settled)
