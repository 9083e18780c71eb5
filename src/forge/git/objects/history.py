"""The commits that lead up to a revision, and what changed along a line of them. Missing history
ends a walk, never forge.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from forge.git.lazy_pygit2 import pygit2
from forge.git.objects.store import ObjectStore, PathsRead


class History:
    """The commits that a revision's commit `tip` descends from, as far as they are here."""

    def __init__(self, store: ObjectStore, tip: str) -> None:
        self.store = store
        self.tip = tip
        self.parents: dict[str, tuple[str, ...]] = {}
        self.cut: set[str] = set()
        self._shallow = _shallow(store)
        self.order = self._ordered()
        self.place = {commit: number for number, commit in enumerate(self.order)}

    def _read(self, commit: str) -> tuple[str, ...]:
        """Return the parents of a commit that are here, and note whether some are not."""
        found = self.store.repository.objects.get(commit)
        named: list[str] = (
            [str(parent) for parent in found.parent_ids] if isinstance(found, pygit2.Commit) else []
        )
        here = tuple(
            parent
            for parent in named
            if parent in self.parents or self.store.root(parent) is not None
        )
        if len(here) < len(named) or commit in self._shallow:
            self.cut.add(commit)
        return here

    def _ordered(self) -> list[str]:
        """Return the commits, each behind its parents: oldest first."""
        order: list[str] = []
        pending = [(self.tip, False)]
        while pending:
            commit, done = pending.pop()
            if done:
                order.append(commit)
            elif commit not in self.parents:
                self.parents[commit] = self._read(commit)
                pending.append((commit, True))
                pending += [
                    (parent, False) for parent in self.parents[commit] if parent not in self.parents
                ]
        return order

    @cached_property
    def _mainline(self) -> dict[str, None]:
        """The commits along first parents, from the tip back."""
        found: dict[str, None] = {}
        at: str | None = self.tip
        while at is not None:
            found[at] = None
            parents = self.parents[at]
            at = parents[0] if parents else None
        return found

    @cached_property
    def _whole(self) -> tuple[str, ...]:
        return tuple(self._mainline)[::-1]

    @cached_property
    def _children(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for commit, parents in self.parents.items():
            for parent in parents:
                found.setdefault(parent, []).append(commit)
        return found

    def descendants(self, commit: str) -> set[str]:
        """Return a commit and all that descend from it."""
        found, pending = {commit}, [commit]
        while pending:
            for child in self._children.get(pending.pop(), ()):
                if child not in found:
                    found.add(child)
                    pending.append(child)
        return found

    def line(self, commit: str) -> tuple[str, ...]:
        """Return the commits up to the tip, oldest first: along first parents wherever those lead
        back to `commit`.

        It begins with the commit, or earlier where first parents lead to it all the way: then it is
        the same line for all.
        """
        if commit in self._mainline:
            return self._whole
        later = self.descendants(commit)
        line = [self.tip]
        while line[-1] != commit:
            line.append(next(parent for parent in self.parents[line[-1]] if parent in later))
        return tuple(line[::-1])


def _shallow(store: ObjectStore) -> set[str]:
    try:
        return set(
            (store.repository.common_dir / "shallow").read_text("utf-8", "surrogateescape").split()
        )
    except OSError:
        return set()


@dataclass
class Line:
    """Commits one behind the other, oldest first, with the places at which each path changed."""

    store: ObjectStore
    commits: tuple[str, ...]
    place: dict[str, int] = field(init=False)
    _changed: dict[str, list[int]] = field(default_factory=dict)
    _listing: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.place = {commit: number for number, commit in enumerate(self.commits)}
        for number in range(1, len(self.commits)):
            before_root, root = (
                self.store.root(self.commits[number - 1]),
                self.store.root(self.commits[number]),
            )
            for path, before, after in self.store.changes(before_root, root):
                self._note(path, number)
                if before is None or after is None or not path:
                    self._append(self._listing, number)

    def _note(self, path: str, number: int) -> None:
        self._append(self._changed.setdefault(path, []), number)
        folder = path
        while folder:
            folder = folder.rpartition("/")[0]
            self._append(self._changed.setdefault(f"{folder}/", []), number)

    @staticmethod
    def _append(places: list[int], number: int) -> None:
        if not places or places[-1] != number:
            places.append(number)

    def last_change(self, asked: PathsRead, place: int) -> int:
        """Return the last place, not behind `place`, at which something changed that a look asked
        for; 0 where nothing did.
        """
        keys = [*asked.passed, *asked.paths, *(f"{path}/" for path in asked.paths)]
        found = max((_last(self._changed.get(key, ()), place) for key in keys), default=0)
        return max(
            found,
            _last(self._changed.get("", ()), place),
            _last(self._listing, place) if asked.listed else 0,
        )


def _last(places: Sequence[int], place: int) -> int:
    at = bisect_right(places, place)
    return places[at - 1] if at else 0
