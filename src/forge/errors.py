"""The exceptions that forge raises on purpose, each with its exit status and the next step.

Exit statuses are those of `docs/commands.md`: 1 failed or not proven, 2 usage, 4 waits for the
user, 5 held, 130 interrupted.
"""

from __future__ import annotations

import errno
from collections.abc import Sequence


class ForgeError(Exception):
    """An error that the user can act upon.

    `message` names the problem and its place, in one line or a list of lines; `hint` the next step;
    `next_commands` are command lines to run as they are. A line end inside a line is escaped when
    it is printed, so that a value in it cannot look like a line of forge's.
    """

    kind = "error"
    exit_code = 2

    def __init__(
        self, message: str | list[str], hint: str = "", next_commands: Sequence[str] = ()
    ) -> None:
        self.lines = [message] if isinstance(message, str) else message
        self.message = "\n".join(self.lines)
        super().__init__(self.message)
        self.hint = hint
        self.next_commands = list(next_commands)


class UsageError(ForgeError):
    """The command line names something that does not exist, or does not fit together."""

    kind = "usage"


class SettingsError(ForgeError):
    """A settings file that cannot be used."""

    kind = "settings"


class RepositoryError(ForgeError):
    """The repository is of a kind or in a state that forge does not support."""

    kind = "repository"


class UnknownName(UsageError):
    """A name that fits nothing or several things; the message lists the candidates."""

    kind = "unknown_name"


class DirtyTree(ForgeError):
    """Uncommitted files are in the way of a run."""

    kind = "dirty_tree"


class UnmetDependency(ForgeError):
    """A plan that another one depends on is not completed."""

    kind = "unmet_dependency"


class NoOpenRun(ForgeError):
    """There is no open run that a command could apply to."""

    kind = "no_open_run"


class ChangedSinceAsked(ForgeError):
    """An answer would be about other files, or other content, than the question."""

    kind = "changed_since_asked"
    exit_code = 4


class RunOpen(ForgeError):
    """A new run cannot start because one is open."""

    kind = "run_open"


class NotApproved(ForgeError):
    """This user has not approved the plan's exact text on this machine."""

    kind = "not_approved"
    exit_code = 4


class NoSandbox(ForgeError):
    """A sandbox was asked for, and does not work here."""

    kind = "no_sandbox"


class NotTheUser(ForgeError):
    """A program of a run asked for something that only the user may do."""

    kind = "not_the_user"
    exit_code = 1


class Held(ForgeError):
    """Another forge process holds the run."""

    kind = "held"
    exit_code = 5


class DamagedLog(ForgeError):
    """A timeline is damaged before its last line, or the files of a run cannot be read."""

    kind = "damaged_log"
    exit_code = 1


class GitFailed(ForgeError):
    """The git program failed; `message` contains its output."""

    kind = "git"
    exit_code = 1

    def __init__(self, message: str | list[str], hint: str = "", status: int = 1) -> None:
        super().__init__(message, hint)
        self.status = status


_REMEDIES = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), "free some disk space"),
    **dict.fromkeys((errno.EACCES, errno.EPERM), "check its permissions"),
    **dict.fromkeys((errno.ENOENT, errno.ENOTDIR), "restore the missing file"),
    errno.EROFS: "mount it for writing",
    errno.EIO: "check the disk",
}


class StorageFailed(ForgeError):
    """A write to the disk failed; no partial file is visible."""

    kind = "storage"
    exit_code = 1

    @classmethod
    def of(cls, error: OSError, place: object = None) -> StorageFailed:
        """Return the failure for a system error; `place` is the file if the error names none."""
        remedy = _REMEDIES.get(error.errno or 0, "check disk space and permissions")
        where = place or error.filename or "a file of this repository could not be written"
        return cls(
            f"{where}: {error.strerror or error}",
            f"{remedy}, then `forge resume` an open run, or try again",
        )


class Interrupted(ForgeError):
    """The user or the system ended this process (SIGINT, SIGTERM, SIGHUP)."""

    kind = "interrupted"
    exit_code = 130
