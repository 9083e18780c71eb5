"""Unfinished files: written in the scratch folder, and placed whole."""

from __future__ import annotations

import contextlib
import errno
import os
import re
from collections.abc import Callable
from pathlib import Path

from forge import atomic
from forge.atomic import STAGED
from forge.git.intent.confined import At
from forge.git.lockfile import prepared_path
from forge.git.repository import Repository

_NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.ENOTSUP)
_OWNER = re.compile(r"[a-z]+-(\d+)-")
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW


def place(
    repository: Repository,
    at: At,
    data: bytes,
    mode: int | None,
    beside: str,
    before_beside: Callable[[], None],
) -> None:
    """Give a name a new file that holds `data`, and flush it.

    With a `mode`, the file replaces another one; without, nothing may have the name. The file is
    written as `beside` in the same folder if the scratch folder is on another file system, after
    `before_beside` was called. Raises FileExistsError, OSError.
    """
    staged = prepared_path(repository, STAGED)
    try:
        _write(staged, None, data, mode)
        try:
            _rename(os.fspath(staged), None, at, mode)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            before_beside()
            discard(at.folder, beside)
            try:
                _write(Path(beside), at.folder, data, mode)
                _rename(beside, at.folder, at, mode)
            finally:
                discard(at.folder, beside)
    finally:
        discard(None, os.fspath(staged))
    os.fsync(at.folder)


def discard(folder: int | None, name: str) -> None:
    """Remove a file, if it is there and can be removed."""
    with contextlib.suppress(OSError):
        os.unlink(name, dir_fd=folder)


def clear_staged(repository: Repository) -> None:
    """Remove the unfinished files of dead processes from the scratch folder.

    A file with a second name may be a lock of git, and is left to those who remove such locks.
    """
    with contextlib.suppress(OSError):
        for path in repository.scratch.iterdir():
            owner = _OWNER.match(path.name)
            if owner is None or _is_alive(int(owner[1])):
                continue
            if path.name.startswith(STAGED) or path.lstat().st_nlink == 1:
                discard(None, os.fspath(path))


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def _write(name: Path, folder: int | None, data: bytes, mode: int | None) -> None:
    descriptor = os.open(name, _NEW, 0o644 if mode is None else mode, dir_fd=folder)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]
        if mode is not None:
            os.fchmod(descriptor, mode)  # the umask may have removed bits
        atomic.sync_data(descriptor)
    finally:
        os.close(descriptor)


def _rename(source: str, folder: int | None, at: At, mode: int | None) -> None:
    if mode is not None:
        os.rename(source, at.name, src_dir_fd=folder, dst_dir_fd=at.folder)
        return
    try:
        os.link(source, at.name, src_dir_fd=folder, dst_dir_fd=at.folder, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if at.status() is not None:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), at.name) from error
        os.rename(source, at.name, src_dir_fd=folder, dst_dir_fd=at.folder)
