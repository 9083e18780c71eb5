"""Files below a folder, reached without following a symbolic link, whatever is swapped meanwhile.

Each folder on the way is opened relative to the one above it. Paths are relative to the root, with
`/`.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shlex
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from forge.errors import StorageFailed, UsageError
from forge.regular import LARGEST

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_CHUNK = 1 << 20
_STAYS = (errno.ENOENT, errno.ENOTDIR, errno.ENOTEMPTY, errno.EEXIST)


class Content(NamedTuple):
    """The bytes of a file and its permissions."""

    data: bytes
    mode: int


class At(NamedTuple):
    """An open folder and a name in it."""

    folder: int
    name: str

    def status(self) -> os.stat_result | None:
        """Return the status of what has the name, links not followed; None if nothing has it."""
        try:
            return os.stat(self.name, dir_fd=self.folder, follow_symlinks=False)
        except FileNotFoundError:
            return None


def resolved(root: Path, path: str, *, last: bool = True) -> str:
    """Return a path with the links on it resolved; `last`: also if the last part is one.

    Raises UsageError if it leads out of the repository or into a `.git` folder.
    """
    place = root / path
    inside = os.path.realpath(root)
    parent = os.path.realpath(place if last else place.parent)
    real = parent if last else os.path.join(parent, place.name)
    if not real.startswith(f"{inside}/"):
        raise UsageError(
            f"{path} would be outside the repository", "check where the links in .planning/ lead"
        )
    relative = real[len(inside) + 1 :]
    if not is_sound(relative):
        raise UsageError(f"{path} would be in a folder of git", "name a path outside of `.git`")
    return relative


def is_sound(path: str) -> bool:
    """Return whether a path is relative, goes down only, and enters no `.git`."""
    parts = path.split("/")
    return all(part not in ("", ".", "..") and part.lower() != ".git" for part in parts)


@contextmanager
def located(root: Path, path: str) -> Iterator[At]:
    """Yield the open folder of a path and the path's last part.

    Raises StorageFailed if a link or another file is on the way; FileNotFoundError, OSError.
    """
    *folders, name = path.split("/")
    descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for number, folder in enumerate(folders, 1):
            below = _open_folder(descriptor, folder, "/".join(folders[:number]))
            os.close(descriptor)
            descriptor = below
        yield At(descriptor, name)
    finally:
        os.close(descriptor)


def _open_folder(above: int, name: str, path: str) -> int:
    try:
        return os.open(name, _FOLDER, dir_fd=above)
    except FileNotFoundError:
        raise
    except OSError as error:
        status = At(above, name).status()
        if status is None or stat.S_ISDIR(status.st_mode):
            raise
        raise _not_a(status, path, "folder") from error


def _not_a(status: os.stat_result, path: str, wanted: str) -> StorageFailed:
    is_link = stat.S_ISLNK(status.st_mode)
    what = "is a symbolic link, and forge writes through none" if is_link else f"is not a {wanted}"
    hint = f"remove it, and restore what was there (`git checkout -- {shlex.quote(path)}`)"
    return StorageFailed(f"{path} {what}", hint)


def read_at(at: At, path: str) -> Content | None:
    """Return the content of a file, None if it is missing.

    Raises StorageFailed if it is a link, a device, a pipe or too large; OSError.
    """
    status = at.status()
    if status is None:
        return None
    if not stat.S_ISREG(status.st_mode):
        raise _not_a(status, path, "regular file")
    descriptor = os.open(at.name, _FILE, dir_fd=at.folder)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise _not_a(status, path, "regular file")
        if status.st_size > LARGEST:
            raise StorageFailed(
                f"{path} has more than {LARGEST >> 20} MiB", "keep documents smaller"
            )
        chunks: list[bytes] = []
        while chunk := os.read(descriptor, _CHUNK):
            chunks.append(chunk)
            if len(chunks) > LARGEST // _CHUNK + 1:
                raise StorageFailed(f"{path} grows while it is read", "try again")
        return Content(b"".join(chunks), stat.S_IMODE(status.st_mode))
    finally:
        os.close(descriptor)


def read(root: Path, path: str) -> Content | None:
    """Return the content of a file; None if it or a folder on the way is missing.

    Raises StorageFailed.
    """
    try:
        with located(root, path) as at:
            return read_at(at, path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StorageFailed.of(error, path) from error


def make_folder(root: Path, path: str) -> None:
    """Make one folder; the one above it exists. Raises StorageFailed, OSError."""
    with located(root, path) as at, contextlib.suppress(FileExistsError):
        os.mkdir(at.name, dir_fd=at.folder)


def remove_folder(root: Path, path: str) -> None:
    """Remove a folder if it is empty; anything else is left alone. Raises OSError."""
    try:
        with located(root, path) as at:
            os.rmdir(at.name, dir_fd=at.folder)
    except StorageFailed:
        return
    except OSError as error:
        if error.errno not in _STAYS:
            raise
