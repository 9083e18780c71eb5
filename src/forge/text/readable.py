"""Says which files are read as documents: regular ones inside the repository, not too large."""

from __future__ import annotations

import os
from functools import lru_cache

from forge import regular


def why_unreadable(place: str, root: str, status: os.stat_result) -> str | None:
    """Return why a file may not be read as a document, None if it may.

    `status` is that of the file itself, or of what it links to.
    """
    if why := regular.why_not(status):
        return why
    inside = os.path.realpath(root) + os.sep
    if not place.startswith(inside):
        return None  # named by its path outside
    real = os.path.realpath(place) if os.path.islink(place) else _real_folder(place) + os.sep
    return None if real.startswith(inside) else "it is a link that leads out of the repository"


def _real_folder(place: str) -> str:
    return _resolved(os.path.dirname(place))


@lru_cache(maxsize=1024)
def _resolved(folder: str) -> str:
    """Return the real path of a folder: many documents share one."""
    return os.path.realpath(folder)
