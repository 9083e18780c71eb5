"""What failures of libgit2 and of the git program mean: no room, or what is missing or damaged."""

from __future__ import annotations

import errno
import os
import re

from forge.errors import ForgeError, GitFailed, StorageFailed

_OF_STORAGE = (
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EMFILE,
    errno.ENFILE,
    errno.EROFS,
    errno.EACCES,
    errno.EIO,
    errno.EFBIG,
)
_TEXTS = (*map(os.strerror, _OF_STORAGE), "insufficient permission for adding an object")
_OBJECT = re.compile(r"[0-9a-f]{40}")


class NoRoom(GitFailed, StorageFailed):
    """The git program or libgit2 could not read or write a file."""

    kind = "storage"


def is_of_storage(message: str) -> bool:
    """Return whether a message of git says that a file could not be read or written."""
    return any(text in message for text in _TEXTS)


def failure(message: str | list[str], hint: str, status: int = 1) -> GitFailed:
    """Return the error for a message of git, which is one of storage if it says so."""
    if is_of_storage("\n".join([message] if isinstance(message, str) else message)):
        more = "free some disk space, or check permissions and limits, then `forge resume` an open"
        return NoRoom(message, f"{more} run, or try again", status)
    return GitFailed(message, hint, status)


def as_lines(text: str) -> list[str]:
    """Return a text that ends with what git said: its further lines belong to the first."""
    first, *more = text.expandtabs(4).splitlines() or [""]
    return [first, *(f"  {line}" for line in more)]


def meaning(error: BaseException) -> ForgeError | None:
    """Return the error that an exception of libgit2 is to the user; None for any other one."""
    if isinstance(error, KeyError) and error.args and _OBJECT.fullmatch(str(error.args[0])):
        return missing(str(error.args[0]))
    if type(error).__module__.partition(".")[0] in ("_pygit2", "pygit2"):
        return failure(f"git's files cannot be used: {error}", "`git fsck` says what is damaged")
    return None


def missing(oid: str) -> GitFailed:
    """Return the error for an object that is not in the repository."""
    return GitFailed(
        f"the object {oid} is not in this repository: a part of its history is gone",
        "`git fsck` lists what is missing; fetch it, or bring `.git` back from a backup",
    )
