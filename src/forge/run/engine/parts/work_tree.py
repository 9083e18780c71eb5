"""The work tree of an open run: which changes are the step's, and the diff that was judged."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from forge.git import program
from forge.git.commits.step_commit import Staging, stage
from forge.git.index.clean_check import CleanCheck
from forge.git.lazy_pygit2 import pygit2
from forge.git.repository import Repository
from forge.git.restore.snapshot import uncommitted_in
from forge.git.restore.subject import differing, subject_entries
from forge.git.tree_entries import Entry, entry_at
from forge.records.card import RunCard
from forge.timeline.run.state import RunState

_STATUS_WITH_SUBMODULES = (
    "--no-optional-locks",
    "status",
    "--porcelain=v2",
    "-z",
    "--untracked-files=normal",
    "--no-renames",
)
_HAS_CHANGES_INSIDE = re.compile("S.(M.|.U)")


class WorkTree:
    """Sees the work tree of a run, and keeps the private index of the diff that was judged last.

    That index lives from `propose` to `apply`, so that exactly the judged diff is committed.
    """

    def __init__(self, repository: Repository, card: RunCard, state: RunState) -> None:
        self._repository = repository
        self._card = card
        self._state = state
        self._clean_check = CleanCheck(repository)
        self._open = contextlib.ExitStack()
        self._left: dict[str, Entry] = {}
        self._left_read = 0
        self._dirty: tuple[tuple[str, int], frozenset[str]] = ("", 0), frozenset()
        self.judged: Staging | None = None

    def is_own_path(self, path: str) -> bool:
        """Return whether a path is never part of a step's diff: the run's own record, or a file
        that was uncommitted when the run started.
        """
        return path.startswith(self._card.folder + "/") or path in self.dirty_paths()

    def dirty_paths(self) -> frozenset[str]:
        """Return the paths that were uncommitted when the run started; those that the record does
        not list are in the commit that keeps them.
        """
        commit, listed = self._state.dirty_commit, self._state.dirty
        if self._dirty[0] != (commit, len(listed)):
            others = uncommitted_in(self._repository, commit) if self._state.more_dirty else ()
            self._dirty = (commit, len(listed)), frozenset((*listed, *others))
        return self._dirty[1]

    def is_settled(self, path: str) -> bool:
        """Return whether nobody has to be asked about a path: it is the run's own, or the user
        chose to leave it uncommitted.
        """
        return self.is_own_path(path) or path in self._left_entries()

    def left_paths(self) -> list[str]:
        """Return the paths that the user chose to leave, and that are still uncommitted."""
        left = self._left_entries()
        return sorted(path for path in self.changed_paths() if path in left) if left else []

    def changed_inside(self) -> frozenset[str]:
        """Return the submodules and other repositories below the root that have uncommitted changes
        or new files inside.
        """
        output = self._repository.git(*_STATUS_WITH_SUBMODULES)
        inside = set[str]()
        for line in program.fields(output):
            if line.startswith("? ") and line.endswith("/"):
                inside.add(line[2:])
            elif line.startswith("1 ") and _HAS_CHANGES_INSIDE.fullmatch(line.split(" ", 3)[2]):
                inside.add(line.split(" ", 8)[8])
        return frozenset(inside)

    def in_head(self, path: str) -> bool:
        """Return whether HEAD has a file or folder at a path."""
        head, objects = str(self._repository.head().commit), self._repository.objects
        return entry_at(objects, objects[head].peel(pygit2.Tree), path) is not None

    def _left_entries(self) -> dict[str, Entry]:
        for kept in self._state.left[self._left_read :]:
            self._left.update(subject_entries(self._repository, kept))
        self._left_read = len(self._state.left)
        return self._left

    def _left_unchanged(self) -> set[str]:
        """Return the paths that the user chose to leave, and that are as they were left."""
        unchanged = set[str]()
        for kept in self._state.left:
            paths = subject_entries(self._repository, kept).keys()
            unchanged |= paths - differing(self._repository, kept, paths)
        return unchanged

    def changed_paths(self) -> list[str]:
        """Return the paths that differ from HEAD, without the run's own."""
        return self._clean_check.changed(self.is_own_path)

    def unsettled_paths(self) -> list[str]:
        """Return the paths that differ from HEAD and for which `is_settled` is false."""
        return self._clean_check.changed(self.is_settled)

    @contextmanager
    def staged(
        self, base: str, only: Collection[str] | None = None, *, settled: bool = False
    ) -> Iterator[Staging]:
        """Stage what changed since `base` in a private index, for as long as the block lasts.

        With `only` nothing but these paths is staged; with `settled` nothing that the user chose to
        leave, otherwise what has changed since it was left.
        """
        left = set() if settled or not self._state.left else self._left_unchanged()

        def exclude(path: str) -> bool:
            if only is not None and path not in only:
                return True
            return self.is_settled(path) if settled else self.is_own_path(path) or path in left

        with stage(self._repository, base, exclude, self._clean_check) as staging:
            yield staging

    def stage_to_judge(self, base: str, only: Collection[str] | None = None) -> Staging:
        """Stage what changed since `base`, and keep it as the judged diff until `release`."""
        self.release()
        self.judged = self._open.enter_context(self.staged(base, only))
        return self.judged

    def judged_as(self, sha256: str) -> Staging | None:
        """Return the judged diff if it is the one with this hash."""
        return self.judged if self.judged and self.judged.changes.sha256 == sha256 else None

    def release(self) -> None:
        """Remove the private index of the judged diff."""
        self.judged = None
        self._open.close()
