"""Every exception that forge raises on purpose, each with the exit status it ends in and the next
step to take.

Exit statuses are those of `docs/commands.md`: 1 failed or not proven, 2 usage, 4 waits for a
person, 5 held, 130 interrupted.
"""

from __future__ import annotations

import errno
from collections.abc import Sequence


class ForgeError(Exception):
    """Something that stops forge and that a person can act upon.

    `message` says what is wrong and where, `hint` the next step, `next_commands` command lines to
    type as they are.
    """

    kind = "error"
    exit_code = 2

    def __init__(self, message: str, hint: str = "", next_commands: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.next_commands = list(next_commands)


class UsageError(ForgeError):
    """The command line asks for something that is not there or does not fit."""

    kind = "usage"


class SettingsError(ForgeError):
    """A settings file that cannot be used."""

    kind = "settings"


class RepositoryError(ForgeError):
    """The repository is of a kind, or in a state, that forge does not work on; it is named."""

    kind = "repository"


class UnknownName(UsageError):
    """A name that fits nothing, or several things; the message lists the candidates."""

    kind = "unknown_name"


class DirtyTree(ForgeError):
    """Uncommitted files are in the way of a run."""

    kind = "dirty_tree"


class UnmetDependency(ForgeError):
    """A plan that another one depends on is not completed."""

    kind = "unmet_dependency"


class NoOpenRun(ForgeError):
    """A control was called where no run is open that it could mean."""

    kind = "no_open_run"


class RunOpen(ForgeError):
    """A run is open where a new one was asked for."""

    kind = "run_open"


class NotApproved(ForgeError):
    """A plan's exact text has no approval of this user on this machine."""

    kind = "not_approved"
    exit_code = 4


class Held(ForgeError):
    """Another forge process holds the run."""

    kind = "held"
    exit_code = 5


class DamagedLog(ForgeError):
    """A timeline that is broken elsewhere than in its last line, or a run whose files are none that
    can be read.
    """

    kind = "damaged_log"
    exit_code = 1


class GitFailed(ForgeError):
    """The git program refused or failed; `message` carries what it said."""

    kind = "git"
    exit_code = 1

    def __init__(self, message: str, hint: str = "", status: int = 1) -> None:
        super().__init__(message, hint)
        self.status = status


_REMEDIES = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), "make room"),
    **dict.fromkeys((errno.EACCES, errno.EPERM), "see to its access"),
    **dict.fromkeys((errno.ENOENT, errno.ENOTDIR), "see what took it away, and bring it back"),
    errno.EROFS: "have it mounted for writing",
    errno.EIO: "see to the disk",
}


class StorageFailed(ForgeError):
    """The disk did not take what forge had to write; nothing half written is visible."""

    kind = "storage"
    exit_code = 1

    @classmethod
    def of(cls, error: OSError, place: object = None) -> StorageFailed:
        """Return the failure that an error of the system means; `place` is the file, where the
        error does not know it.
        """
        remedy = _REMEDIES.get(error.errno or 0, "make room or access")
        where = place or error.filename or "a file of this repository could not be written"
        return cls(
            f"{where}: {error.strerror or error}",
            f"{remedy}, then `forge resume` an open run, or try again",
        )


class Interrupted(ForgeError):
    """A person or the system asked this process to end (SIGINT, SIGTERM, SIGHUP)."""

    kind = "interrupted"
    exit_code = 130
