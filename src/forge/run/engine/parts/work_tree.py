"""The work tree of an open run: which changes are the step's, and the diff that was judged."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager

from forge.git.commits.step_commit import Staging, stage
from forge.git.index.clean_check import CleanCheck
from forge.git.repository import Repository
from forge.records.card import RunCard
from forge.timeline.run.state import RunState


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
        self.judged: Staging | None = None

    def is_own_path(self, path: str) -> bool:
        """Return whether a path is never part of a step's diff: the run's own record, or a file
        that was uncommitted when the run started.
        """
        return path.startswith(self._card.folder + "/") or path in self._state.dirty

    def changed_paths(self) -> list[str]:
        """Return the paths that differ from HEAD, without the run's own."""
        return self._clean_check.changed(self.is_own_path)

    @contextmanager
    def staged(self, base: str) -> Iterator[Staging]:
        """Stage what changed since `base` in a private index, for as long as the block lasts."""
        with stage(self._repository, base, self.is_own_path, self._clean_check) as staging:
            yield staging

    def stage_to_judge(self, base: str) -> Staging:
        """Stage what changed since `base`, and keep it as the judged diff until `release`."""
        self.release()
        self.judged = self._open.enter_context(self.staged(base))
        return self.judged

    def judged_as(self, sha256: str) -> Staging | None:
        """Return the judged diff if it is the one with this hash."""
        return self.judged if self.judged and self.judged.changes.sha256 == sha256 else None

    def release(self) -> None:
        """Remove the private index of the judged diff."""
        self.judged = None
        self._open.close()
