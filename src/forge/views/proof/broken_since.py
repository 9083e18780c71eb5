"""Finds the commit that broke a must-have: the first failure after the last commit that passed."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from msgspec.structs import replace

from forge.check.must_haves.verdict import Answer
from forge.errors import GitFailed
from forge.git.objects.history import Line
from forge.git.objects.store import ObjectStore
from forge.git.objects.stored_tree import PathsRead, StoredTree

Judge = Callable[[StoredTree], Answer]
_MOST_TREES = 400


class Trees:
    """The trees of commits; those used last are cached."""

    def __init__(self, store: ObjectStore) -> None:
        self.store = store
        self._kept: OrderedDict[str, StoredTree] = OrderedDict()

    def at(self, commit: str) -> StoredTree:
        """Return the tree of a commit. Raises GitFailed if it is missing here."""
        if commit not in self._kept:
            self._kept[commit] = StoredTree.at(self.store, commit)
            if len(self._kept) > _MOST_TREES:
                self._kept.popitem(last=False)
        self._kept.move_to_end(commit)
        return self._kept[commit]


def broken_since(line: Line, start: str, trees: Trees, judge: Judge) -> str | None:
    """Return the first commit of a line at which a must-have fails after the last commit that
    passed; None if it does not fail at the end.

    It walks back from the end to `start` and judges only commits that changed something that the
    last judgement had read. A commit that cannot be judged counts neither way.
    """
    first, place, since = line.position[start], len(line.commits) - 1, None
    while place >= first:
        answer, asked = _answer_at(trees, line.commits[place], judge)
        if answer in ("pass", "waived") or (since is None and answer != "fail"):
            break
        changed = max(line.last_change(asked, place), first) if asked else place
        if answer == "fail":
            since = changed
        place = changed - 1
    return None if since is None else line.commits[since]


def _answer_at(trees: Trees, commit: str, judge: Judge) -> tuple[Answer, PathsRead | None]:
    """Judge at a commit, if possible without its listing, which changes far more often."""
    try:
        tree = trees.at(commit)
        with tree.recording(listable=False) as asked:
            answer = judge(tree)
        if not asked.listed or answer in ("pass", "fail"):
            return answer, replace(asked, listed=False)
        with tree.recording() as asked:
            return judge(tree), asked
    except GitFailed:
        return "unproven", None
