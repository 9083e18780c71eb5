"""Notices changes that foreign code made to the files that git obeys, or to the index.

Git would act on them with the user's rights, so they are checked before git is started again.
"""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from forge.errors import RepositoryError
from forge.git import guarded_files
from forge.git.file_signature import Signatures
from forge.git.index.private_index import Stamp, index_stamp
from forge.git.index.user_index import index_damage
from forge.git.repository import Repository
from forge.run.processes import guard_record
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


class GitChanged(RepositoryError):
    """Foreign code changed what git obeys, so git must not be run before the user has looked."""

    kind = "git_changed"
    exit_code = 1


class GitGuard(Struct, frozen=True):
    """The state of a repository just before foreign code was started.

    `code` is what runs, and `again` what goes on after a change, in the words of messages.
    """

    repository: Repository
    folder: Path
    """Where the state is kept until `forget`, so that it outlives this process."""
    places: guarded_files.Places
    """Where git looked, according to its settings then."""
    signed: Signatures
    """What was there."""
    stamp: Stamp
    """Of the index file."""
    code: str = "the step's code"
    again: str = _IN_RUN

    @classmethod
    def watch(cls, repository: Repository, folder: Path, **words: str) -> GitGuard:
        """Record the present state of a repository in a folder. Raises StorageFailed, OSError."""
        places = guarded_files.places(repository)
        signed = guarded_files.signatures(repository, places)
        stamp = index_stamp(repository)
        guard_record.write(folder, repository, places, signed)
        return cls(repository, folder, places, signed, stamp, **words)

    def forget(self) -> None:
        """Remove the record of the state: nothing changed, or it is on record what did."""
        guard_record.forget(self.folder)

    def unsafe(self) -> tuple[str, str] | None:
        """Return kind and message of a change with which git must not be started; else None."""
        if changed := guard_record.differences(self.repository, self.places, self.signed):
            return "hooks", said_of_files(changed, self.code, self.again)
        if self._index_changed() and (damage := index_damage(self.repository)):
            text = _INDEX if self.again == _IN_RUN else _INDEX_OUTSIDE
            return "index", text.format(why=damage, code=self.code, again=self.again)
        return None

    def damage(self) -> tuple[str, str] | None:
        """Return kind and message of the failure that a change means; None if nothing changed."""
        if (unsafe := self.unsafe()) or not self._index_changed():
            return unsafe
        return said_of_hidden(self.folder, self.repository, self.code, self.again)

    def _index_changed(self) -> bool:
        return index_stamp(self.repository) != self.stamp


def damage_on_record(
    folder: Path, repository: Repository, code: str, again: str
) -> tuple[str, str] | None:
    """Return what `GitGuard.damage` would have, after the process that recorded the state died.

    A damaged index is left to whoever opens the run.
    """
    if changed := guard_record.changed_files(folder, repository):
        return "hooks", said_of_files(changed, code, again)
    return said_of_hidden(folder, repository, code, again)


def said_of_files(changed: list[str], code: str, again: str) -> str:
    """Return the message about guarded files that changed."""
    return _HOOKS.format(listed=_listed(changed), code=code, again=again)


def said_of_hidden(
    folder: Path, repository: Repository, code: str, again: str
) -> tuple[str, str] | None:
    """Return kind and message about paths that are hidden from every diff since; else None."""
    hidden = guard_record.newly_hidden(folder, repository)
    text = _HIDDEN.format(listed=_listed(hidden), code=code, again=again)
    return ("hidden", text) if hidden else None


def _listed(paths: list[str]) -> str:
    return in_text(path_lines(paths, _LISTED))
