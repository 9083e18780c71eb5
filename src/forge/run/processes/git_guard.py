"""What code of somebody else did to the repository beside its work tree, noticed before git is
started again.
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
    " ~/.gitconfig) changed while the step's code ran; git heeds them from now on, with your"
    " rights: look at them, put them back or accept them, then `forge resume`"
)
_INDEX = (
    "the index (.git/index) {}, since the step's code ran; `forge resume` builds it again from HEAD"
    " and goes on; what was there is kept under .git/forge/torn/"
)
_HIDDEN = (
    "git was told not to look at these files any more while the step's code ran, so that no diff"
    " shows what becomes of them:\n{}\n`git update-index --no-skip-worktree PATH` and `git"
    " update-index --no-assume-unchanged PATH` have it look again; do that, or accept it, then"
    " `forge resume`"
)
_LISTED = 20


class GitGuard(Struct, frozen=True):
    """How a repository was just before code of somebody else was started; `before` is its index as
    it was.
    """

    repository: Repository
    sign: str
    stamp: Stamp
    before: Path

    @classmethod
    @contextmanager
    def watch(cls, repository: Repository) -> Iterator[GitGuard]:
        """Look at a repository as it is now."""
        with pinned_index(repository) as before:
            yield cls(repository, hooks.fingerprint(repository), index_stamp(repository), before)

    def unsafe(self) -> tuple[str, str] | None:
        """Return why git may not be asked anything here, as `damage` does."""
        if hooks.fingerprint(self.repository) != self.sign:
            return "hooks", _HOOKS
        if index_stamp(self.repository) != self.stamp and (why := index_damage(self.repository)):
            return "index", _INDEX.format(why)
        return None

    def damage(self) -> tuple[str, str] | None:
        """Return the kind of failure that it is that something is not as it was, and how to say it;
        None where all is well.
        """
        if (unsafe := self.unsafe()) or index_stamp(self.repository) == self.stamp:
            return unsafe
        hidden = hidden_paths(self.repository, self.repository.git_dir / "index")
        more = sorted(hidden - hidden_paths(self.repository, self.before)) if hidden else []
        return (
            ("hidden", _HIDDEN.format("\n".join(f"  {path}" for path in more[:_LISTED])))
            if more
            else None
        )
