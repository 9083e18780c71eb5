"""File stamps: how a file is recognized as unchanged without reading it.

A stamp holds size, times and inode. A file that changed a moment ago has no stamp: its next change
may get the same times, as the clock of a file system advances in steps (the problem that git calls
"racy", https://git-scm.com/docs/racy-git).
"""

from __future__ import annotations

import os
import time

_STEP = 20_000_000  # nanoseconds; longer than a step of the clock of Linux and macOS
_COARSE_STEP = 2_000_000_000  # of file systems that store whole seconds, or every second one
_SECOND = 1_000_000_000


def stamp_of(path: str | os.PathLike[str], *, patience: int = 0) -> str:
    """Return the stamp of a file; empty if it is missing or changed a moment ago.

    The stamp has to be taken before the content is read. Otherwise `patience` is how many
    nanoseconds ago that may have been.
    """
    try:
        return of_status(os.stat(path), patience=patience)
    except (OSError, ValueError):
        return ""


def of_entry(entry: os.DirEntry[str]) -> str:
    """Return the stamp of a file that a scan of its folder lists."""
    try:
        return of_status(entry.stat())
    except OSError:
        return ""


def of_folder(folder: str) -> list[str]:
    """Return the stamps of the files of a folder, in order of their names; empty without such a
    folder.
    """
    try:
        with os.scandir(folder) as scan:
            entries = sorted(scan, key=lambda entry: entry.name)
    except OSError:
        return []
    return [of_entry(entry) for entry in entries]


def of_status(status: os.stat_result, *, patience: int = 0) -> str:
    """Return the stamp of a file from its status; see `stamp_of` for `patience`."""
    if not settled(status, time.time_ns() - patience):
        return ""
    return f"{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns} {status.st_ino}"


def settled(status: os.stat_result, now: int) -> bool:
    """Return whether any change after `now` (nanoseconds since the epoch) will show in the times.

    The time of a change (ctime) counts as well: unlike the other it cannot be set by a program.
    """
    step = _STEP if status.st_ctime_ns % _SECOND else _COARSE_STEP
    return max(status.st_mtime_ns, status.st_ctime_ns) + step <= now
