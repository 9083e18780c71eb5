"""Notices changes that foreign code made to hooks, git settings or the index.

Git would act on them with the user's rights, so they are checked before git is started again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from forge.git import hooks
from forge.git.index.private_index import Stamp, index_stamp
from forge.git.index.user_index import hidden_paths, index_damage, pinned_index
from forge.git.repository import Repository

_HOOKS = (
    "a hook, or settings, attributes or ignore rules of git's (.git/hooks, .git/config, .git/info,"
    " ~/.gitconfig) changed while the step's code ran; git uses them from now on, with your"
    " rights: inspect them, restore or accept them, then `forge resume`"
)
_INDEX = (
    "the index (.git/index) {}, since the step's code ran; `forge resume` rebuilds it from HEAD"
    " and goes on; the old one is kept under .git/forge/torn/"
)
_HIDDEN = (
    "the step's code made git ignore changes in these files, so that no diff shows them:\n{}\n`git"
    " update-index --no-skip-worktree PATH` and `git update-index --no-assume-unchanged PATH` undo"
    " that; do so, or accept it, then `forge resume`"
)
_LISTED = 20


class GitGuard(Struct, frozen=True):
    """The state of a repository just before foreign code was started."""

    repository: Repository
    fingerprint: str
    """Of hooks, settings, attributes and ignore rules."""
    stamp: Stamp
    """Of the index file."""
    index: Path
    """A copy of the index."""

    @classmethod
    @contextmanager
    def watch(cls, repository: Repository) -> Iterator[GitGuard]:
        """Record the present state of a repository."""
        with pinned_index(repository) as index:
            yield cls(repository, hooks.fingerprint(repository), index_stamp(repository), index)

    def unsafe(self) -> tuple[str, str] | None:
        """Return kind and message of a change with which git must not be started; else None."""
        if hooks.fingerprint(self.repository) != self.fingerprint:
            return "hooks", _HOOKS
        if self._index_changed() and (damage := index_damage(self.repository)):
            return "index", _INDEX.format(damage)
        return None

    def damage(self) -> tuple[str, str] | None:
        """Return kind and message of the failure that a change means; None if nothing changed."""
        if (unsafe := self.unsafe()) or not self._index_changed():
            return unsafe
        newly_hidden = self._newly_hidden_paths()
        if not newly_hidden:
            return None
        listed = "\n".join(f"  {path}" for path in newly_hidden[:_LISTED])
        return "hidden", _HIDDEN.format(listed)

    def _index_changed(self) -> bool:
        return index_stamp(self.repository) != self.stamp

    def _newly_hidden_paths(self) -> list[str]:
        hidden = hidden_paths(self.repository, self.repository.git_dir / "index")
        return sorted(hidden - hidden_paths(self.repository, self.index)) if hidden else []
