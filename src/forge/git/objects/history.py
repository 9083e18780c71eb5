"""The history of a revision, and what changed along a line of its commits.

Missing history ends a walk, it is not an error.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from forge import regular
from forge.git.lazy_pygit2 import pygit2
from forge.git.objects.store import ObjectStore
from forge.git.objects.stored_tree import PathsRead


class History:
    """The commits that `tip` descends from and that are in this clone.

    `order` lists them oldest first, `position` gives the index of each, `incomplete` has those with
    a missing parent.
    """

    def __init__(self, store: ObjectStore, tip: str) -> None:
        self.store = store
        self.tip = tip
        self.parents: dict[str, tuple[str, ...]] = {}
        self.incomplete: set[str] = set()
        self._shallow = _shallow(store)
        self.order = self._ordered()
        self.position = {commit: number for number, commit in enumerate(self.order)}

    def _read(self, commit: str) -> tuple[str, ...]:
        """Return the parents of a commit that are in this clone; record if one is missing."""
        stored = self.store.repository.objects.get(commit)
        parents: list[str] = (
            [str(parent) for parent in stored.parent_ids]
            if isinstance(stored, pygit2.Commit)
            else []
        )
        present = tuple(
            parent
            for parent in parents
            if parent in self.parents or self.store.root(parent) is not None
        )
        if len(present) < len(parents) or commit in self._shallow:
            self.incomplete.add(commit)
        return present

    def _ordered(self) -> list[str]:
        """Return the commits, each after its parents."""
        order: list[str] = []
        pending = [(self.tip, False)]
        while pending:
            commit, parents_done = pending.pop()
            if parents_done:
                order.append(commit)
            elif commit not in self.parents:
                self.parents[commit] = self._read(commit)
                pending.append((commit, True))
                pending += [
                    (parent, False) for parent in self.parents[commit] if parent not in self.parents
                ]
        return order

    @cached_property
    def _mainline(self) -> tuple[str, ...]:
        """The commits along first parents, oldest first."""
        line = [self.tip]
        while parents := self.parents[line[-1]]:
            line.append(parents[0])
        return tuple(line[::-1])

    @cached_property
    def _on_mainline(self) -> frozenset[str]:
        return frozenset(self._mainline)

    @cached_property
    def _children(self) -> dict[str, list[str]]:
        children: dict[str, list[str]] = {}
        for commit, parents in self.parents.items():
            for parent in parents:
                children.setdefault(parent, []).append(commit)
        return children

    def descendants(self, commit: str) -> set[str]:
        """Return a commit and all its descendants."""
        descendants, pending = {commit}, [commit]
        while pending:
            for child in self._children.get(pending.pop(), ()):
                if child not in descendants:
                    descendants.add(child)
                    pending.append(child)
        return descendants

    def line(self, commit: str) -> tuple[str, ...]:
        """Return a line of commits from `commit` to the tip, oldest first.

        It follows first parents as far as they lead back to `commit`. If they lead to it all the
        way, the line is the whole mainline, which starts earlier and is the same for all commits.
        """
        if commit in self._on_mainline:
            return self._mainline
        later = self.descendants(commit)
        line = [self.tip]
        while line[-1] != commit:
            line.append(next(parent for parent in self.parents[line[-1]] if parent in later))
        return tuple(line[::-1])


def _shallow(store: ObjectStore) -> set[str]:
    try:
        text = regular.read_text(store.repository.common_dir / "shallow")
    except OSError:
        return set()
    return set(text.split())


@dataclass
class Line:
    """Consecutive commits, oldest first, with the positions at which each path changed."""

    store: ObjectStore
    commits: tuple[str, ...]
    position: dict[str, int] = field(init=False)
    _changed: dict[str, list[int]] = field(default_factory=dict)
    _listing: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.position = {commit: number for number, commit in enumerate(self.commits)}
        roots = [self.store.root(commit) for commit in self.commits]
        for number in range(1, len(roots)):
            for path, before, after in self.store.changes(roots[number - 1], roots[number]):
                self._record(path, number)
                if before is None or after is None or not path:
                    self._append(self._listing, number)

    def _record(self, path: str, number: int) -> None:
        self._append(self._changed.setdefault(path, []), number)
        folder = path
        while folder:
            folder = folder.rpartition("/")[0]
            self._append(self._changed.setdefault(f"{folder}/", []), number)

    @staticmethod
    def _append(positions: list[int], number: int) -> None:
        if not positions or positions[-1] != number:
            positions.append(number)

    def last_change(self, read: PathsRead, position: int) -> int:
        """Return the last position up to `position` at which something changed that was read; 0 if
        nothing did.
        """
        keys = ["", *read.visited, *read.paths, *(f"{path}/" for path in read.paths)]
        changes = [_last(self._changed.get(key, ()), position) for key in keys]
        if read.listed:
            changes.append(_last(self._listing, position))
        return max(changes)


def _last(positions: Sequence[int], limit: int) -> int:
    at = bisect_right(positions, limit)
    return positions[at - 1] if at else 0
