"""Opens files that others may have put there: regular ones of limited size, and without waiting.

A repository, its git folder and a run's folder can hold anything: links, pipes, devices, folders. A
device may not even be opened, since that alone can have an effect, and a pipe waits for ever.
"""

from __future__ import annotations

import errno
import os
import stat

LARGEST = 64 << 20  # bytes; a larger document or record would use up the memory
LARGEST_IN_TREE = 1 << 30  # bytes of a file of the work tree, which others bound more tightly
_LEADS_OUT = "it is a link that leads out of the repository"
_IS_LINK = "it is a symbolic link"
_CHUNK = 1 << 20

Place = str | os.PathLike[str]


def why_not(status: os.stat_result, most: int = LARGEST) -> str | None:
    """Return why a file of this status is not read; None if it may be."""
    if stat.S_ISLNK(status.st_mode):
        return _IS_LINK
    if not stat.S_ISREG(status.st_mode):
        return "it is not a regular file"
    return f"it has more than {most >> 20} MiB" if status.st_size > most else None


def open_regular(
    path: Place, flags: int = os.O_RDONLY, *, mode: int = 0o644, follow: bool = False
) -> int:
    """Return a descriptor of a regular file; with O_CREAT in `flags` it is created if missing.

    A link is followed only if `follow` says so. Raises OSError, whose `strerror` says what else is
    there.
    """
    try:
        _require_regular(os.stat(path, follow_symlinks=follow), path)
    except FileNotFoundError:
        if not flags & os.O_CREAT:
            raise
    safe = os.O_CLOEXEC | os.O_NONBLOCK | (0 if follow else os.O_NOFOLLOW)
    descriptor = os.open(path, flags | safe, mode)
    try:
        _require_regular(os.fstat(descriptor), path)  # it may have been replaced
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _require_regular(status: os.stat_result, path: Place) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise _refusal(why_not(status) or "", path)


def _refusal(why: str, path: Place) -> OSError:
    return OSError(errno.EINVAL, why, os.fspath(path))


def read(path: Place, *, follow: bool = False, most: int = LARGEST) -> bytes:
    """Return the bytes of a regular file of at most `most` bytes. Raises OSError as
    `open_regular` does.
    """
    descriptor = open_regular(path, follow=follow)
    try:
        size = os.fstat(descriptor).st_size
        data = os.read(descriptor, min(size, most) + 1)
        if len(data) != size:  # it tells none, or another one than it has by now
            data = _rest(descriptor, data, most)
        if len(data) > most:
            raise _refusal(f"it has more than {most >> 20} MiB", path)
        return data
    finally:
        os.close(descriptor)


def _rest(descriptor: int, data: bytes, most: int) -> bytes:
    parts, size = [data], len(data)
    while size <= most and (part := os.read(descriptor, _CHUNK)):
        parts.append(part)
        size += len(part)
    return b"".join(parts)


def read_text(path: Place, *, follow: bool = False) -> str:
    """Return a small text of git or of forge; bytes that are not UTF-8 can be encoded again."""
    return read(path, follow=follow).decode("utf-8", "surrogateescape")


def real_inside(root: Place, path: Place) -> str:
    """Return the real path of a file below `root`. Raises OSError if a link leads out of it."""
    inside = os.path.realpath(root)
    real = os.path.realpath(os.path.join(inside, path))
    if not real.startswith(inside.rstrip(os.sep) + os.sep):
        raise _refusal(_LEADS_OUT, path)
    return real


def read_inside(root: Place, path: Place, *, most: int = LARGEST) -> bytes:
    """Return the bytes of a document; `path` is relative to `root`, and links that stay inside are
    followed. Raises OSError, whose `strerror` says why it may not be read.
    """
    _require_regular(os.stat(os.path.join(root, path)), path)
    return read(real_inside(root, path), most=most)


def is_regular(path: Place) -> bool:
    """Return whether there is a regular file at a path, which is no link."""
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except (OSError, ValueError):
        return False
