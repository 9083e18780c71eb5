"""Notices changes that foreign code made to the files that git obeys, or to the index.

Git would act on them with the user's rights, so they are checked before git is started again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from forge.git import guarded_files
from forge.git.file_signature import Signatures
from forge.git.index.private_index import Stamp, index_stamp
from forge.git.index.user_index import hidden_paths, index_damage, pinned_index
from forge.git.repository import Repository
from forge.text.path_list import in_text, path_lines

_HOOKS = (
    "hooks, or settings, attributes or ignore rules of git's, changed while {code} ran:"
    "\n{listed}\ngit uses them from now on, with your rights: inspect them, restore or accept them,"
    " then {again}"
)
_INDEX = (
    "the index (.git/index) {why}, since {code} ran; `forge resume` rebuilds it from HEAD"
    " and goes on; the old one is kept under .git/forge/torn/"
)
_HIDDEN = (
    "{code} made git ignore changes in these files, so that no diff shows them:\n{listed}\n`git"
    " update-index --no-skip-worktree PATH` and `git update-index --no-assume-unchanged PATH` undo"
    " that; do so, or accept it, then {again}"
)
_INDEX_OUTSIDE = (
    "the index (.git/index) {why}, since {code} ran; remove it, and `git reset -q` builds it again"
    " from HEAD, then {again}"
)
_IN_RUN = "`forge resume`"
_LISTED = 20


class GitGuard(Struct, frozen=True):
    """The state of a repository just before foreign code was started.

    `code` is what runs, and `again` what goes on after a change, in the words of messages.
    """

    repository: Repository
    places: guarded_files.Places
    """Where git looked, according to its settings then."""
    signed: Signatures
    """What was there."""
    stamp: Stamp
    """Of the index file."""
    index: Path
    """A copy of the index."""
    code: str = "the step's code"
    again: str = _IN_RUN

    @classmethod
    @contextmanager
    def watch(cls, repository: Repository, **words: str) -> Iterator[GitGuard]:
        """Record the present state of a repository."""
        with pinned_index(repository) as index:
            places = guarded_files.places(repository)
            signed = guarded_files.signatures(repository, places)
            yield cls(repository, places, signed, index_stamp(repository), index, **words)

    def unsafe(self) -> tuple[str, str] | None:
        """Return kind and message of a change with which git must not be started; else None."""
        if changed := self._changed_files():
            return "hooks", self._said(_HOOKS, listed=_listed(changed))
        if self._index_changed() and (damage := index_damage(self.repository)):
            text = _INDEX if self.again == _IN_RUN else _INDEX_OUTSIDE
            return "index", self._said(text, why=damage)
        return None

    def damage(self) -> tuple[str, str] | None:
        """Return kind and message of the failure that a change means; None if nothing changed."""
        if (unsafe := self.unsafe()) or not self._index_changed():
            return unsafe
        newly_hidden = self._newly_hidden_paths()
        if not newly_hidden:
            return None
        return "hidden", self._said(_HIDDEN, listed=_listed(newly_hidden))

    def _said(self, text: str, **words: str) -> str:
        return text.format(code=self.code, again=self.again, **words)

    def _changed_files(self) -> list[str]:
        """Return the guarded files that are not as they were; those in the tree by their path."""
        now = guarded_files.signatures(self.repository, self.places)
        paths = now.keys() | self.signed.keys()
        changed = sorted(path for path in paths if now.get(path) != self.signed.get(path))
        return [path.removeprefix(f"{self.repository.root}/") for path in changed]

    def _index_changed(self) -> bool:
        return index_stamp(self.repository) != self.stamp

    def _newly_hidden_paths(self) -> list[str]:
        hidden = hidden_paths(self.repository, self.repository.git_dir / "index")
        return sorted(hidden - hidden_paths(self.repository, self.index)) if hidden else []


def _listed(paths: list[str]) -> str:
    return in_text(path_lines(paths, _LISTED))
