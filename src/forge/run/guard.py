"""What code of somebody else did to the repository beside its work tree, noticed before git is started again."""

from __future__ import annotations

from msgspec import Struct

from forge.git import hooks, index
from forge.git.repository import Repository

_HOOKS = (
    "a hook, or settings, attributes or ignore rules of git's (.git/hooks, .git/config, .git/info, ~/.gitconfig) changed while "
    "the step's code ran; git heeds them from now on, with your rights: look at them, put them back or accept them, then "
    "`forge resume`"
)
_INDEX = (
    "the index (.git/index) {}, since the step's code ran; `forge resume` builds it again from HEAD and goes on; what was "
    "there is kept under .git/forge/torn/"
)


class Guard(Struct, frozen=True):
    """How a repository was just before code of somebody else was started."""

    repository: Repository
    sign: str
    stamp: index.Stamp

    @classmethod
    def on(cls, repository: Repository) -> Guard:
        """Look at a repository as it is now."""
        return cls(repository, hooks.sign(repository), index.stamp(repository))

    def broken(self) -> tuple[str, str] | None:
        """Return the kind of failure that it is that something is not as it was, and how to say it; None where all is well."""
        if hooks.sign(self.repository) != self.sign:
            return "hooks", _HOOKS
        if index.stamp(self.repository) != self.stamp and (why := index.damage(self.repository)):
            return "index", _INDEX.format(why)
        return None
