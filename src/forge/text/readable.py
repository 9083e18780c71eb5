"""Reads documents: only regular files, inside the repository, and not too large."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

_LARGEST = 64 << 20  # bytes; larger documents would use up the memory


def why_unreadable(place: str, root: str, status: os.stat_result) -> str | None:
    """Return why a file may not be read as a document, None if it may."""
    if not stat.S_ISREG(status.st_mode):
        return "it is not a regular file"
    if os.path.islink(place):
        target = os.path.realpath(place)
        inside = os.path.realpath(root)
        if place.startswith(inside + os.sep) and not target.startswith(inside + os.sep):
            return "it is a link that leads out of the repository"
    return f"it has more than {_LARGEST >> 20} MiB" if status.st_size > _LARGEST else None


def read_document(root: Path, path: str) -> bytes:
    """Return the bytes of a document; `path` is relative to `root`.

    Raises OSError, whose `strerror` says why the document may not be read.
    """
    inside = os.path.realpath(root)
    place = os.path.join(inside, path)
    if why := why_unreadable(place, inside, os.stat(place)):
        raise OSError(errno.EINVAL, why)
    with open(place, "rb") as file:
        return file.read()
