"""Signs files: content, mode and type, of links also what they lead to."""

from __future__ import annotations

import hashlib
import os
import stat

from forge import regular

Signatures = dict[str, str]
"""What is at each path; a path at which nothing is has no entry."""

_LARGEST_READ = 16 << 20  # bytes; of larger files size and times are signed
_MOST_READ = 2_000  # files of one folder that are read; of further ones size and times are signed
_MOST_SIGNED = 50_000  # entries of one folder
_SAMPLE = ".sample"  # git's own samples of hooks, which never run


def sign(path: str, signed: Signatures) -> None:
    """Sign what is at a path; a folder is signed as such, without its content."""
    signature = _signature(path, read=True)
    if signature:
        signed[path] = signature


def stamp(path: str, signed: Signatures) -> None:
    """Sign what is at a path without reading it."""
    signature = _signature(path, read=False)
    if signature:
        signed[path] = signature


def sign_folder(folder: str, signed: Signatures) -> None:
    """Sign everything in a folder, including subfolders and the targets of links."""
    visited: set[str] = set()
    pending = [folder]
    number = 0
    while pending and number < _MOST_SIGNED:
        place = pending.pop()
        real = os.path.realpath(place)
        if real in visited:
            continue
        visited.add(real)
        for path in _entries(place):
            number += 1
            (sign if number <= _MOST_READ else stamp)(path, signed)
            if os.path.isdir(path):
                pending.append(path)


def _entries(folder: str) -> list[str]:
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return []
    return [f"{folder}/{name}" for name in names if not name.endswith(_SAMPLE)]


def _signature(path: str, *, read: bool) -> str:
    """Return a text that changes with what is at a path; empty if nothing is there."""
    try:
        status = os.lstat(path)
    except OSError:
        return ""
    parts = [f"{status.st_mode:o}"]
    if stat.S_ISLNK(status.st_mode):
        try:
            parts.append(os.readlink(path))
            status = os.stat(path)
        except OSError:
            return " ".join([*parts, "leads nowhere"])
        parts.append(f"{status.st_mode:o}")
    if stat.S_ISREG(status.st_mode):
        whole = read and status.st_size <= _LARGEST_READ
        parts.append(_digest(path) if whole else "")
        if not parts[-1]:
            parts.append(f"{status.st_ino} {status.st_size} {status.st_mtime_ns}")
    return " ".join(parts)


def _digest(path: str) -> str:
    """Return the hash of a regular file's bytes; empty if it cannot be read."""
    try:
        return hashlib.sha256(regular.read(path, follow=True, most=_LARGEST_READ)).hexdigest()
    except OSError:
        return ""
