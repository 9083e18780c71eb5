"""Whether a file may be read as a document: a regular one, inside the repository, not too large."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

_LARGEST = (
    64 << 20
)  # bytes; nobody writes such a document, and reading it would take all the memory there is


def why_unreadable(place: str, root: str, found: os.stat_result) -> str | None:
    """Return why a document is not to be read, None where it is: no regular file, outside the root,
    too large.
    """
    if not stat.S_ISREG(found.st_mode):
        return "it is no regular file"
    if os.path.islink(place):
        real = os.path.realpath(place)
        inside = os.path.realpath(root)
        if place.startswith(inside + os.sep) and not real.startswith(inside + os.sep):
            return "it is a link that leads out of the repository"
    return f"it has more than {_LARGEST >> 20} MiB" if found.st_size > _LARGEST else None


def read_document(root: Path, path: str) -> bytes:
    """Return the bytes of a document of a repository. Raises OSError, whose `strerror` says why it
    is not to be read.
    """
    inside = os.path.realpath(root)
    place = os.path.join(inside, path)
    if why := why_unreadable(place, inside, os.stat(place)):
        raise OSError(errno.EINVAL, why)
    with open(place, "rb") as file:
        return file.read()
