"""A signature of the user's approvals and settings, to find what foreign code did to them."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from forge import regular

Mark = tuple[int, int, int, int]
"""Device, number, size and time of the last change of a file; the time cannot be set."""


def sign_approvals(folder: Path) -> dict[str, Mark]:
    """Return a mark for each approval below a state folder, by its path."""
    marks: dict[str, Mark] = {}
    root = os.path.realpath(folder)
    for clone in _names(root):
        for name in _names(f"{root}/{clone}"):
            path = f"{root}/{clone}/{name}"
            with contextlib.suppress(OSError):
                facts = os.stat(path)
                if name.endswith(".json"):
                    marks[path] = (facts.st_dev, facts.st_ino, facts.st_size, facts.st_ctime_ns)
    return marks


def changed_approvals(
    before: Mapping[str, Mark], after: Mapping[str, Mark], announced: Mapping[str, str]
) -> tuple[list[str], list[str]]:
    """Return the approvals that are void, and those that are gone, although no forge command of
    the user announced it.

    `announced` has the SHA-256 of what such a command wrote by path; empty for one that it removed.
    """
    void = [
        path
        for path, mark in after.items()
        if before.get(path) != mark and announced.get(path) != digest(path)
    ]
    gone = [path for path in before if path not in after and path not in announced]
    return sorted(void), sorted(gone)


def digest(path: str | Path) -> str:
    """Return the SHA-256 of a file; empty if it cannot be read."""
    try:
        return hashlib.sha256(regular.read(path, follow=True)).hexdigest()
    except OSError:
        return ""


def _names(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []
