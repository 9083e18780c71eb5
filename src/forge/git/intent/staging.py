"""Unfinished files: written in the scratch folder, and placed whole."""

from __future__ import annotations

import contextlib
import errno
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from forge import atomic
from forge.atomic import STAGED
from forge.errors import StorageFailed
from forge.git.intent.confined import At, located, make_folder
from forge.git.lockfile import prepared_path
from forge.git.repository import Repository

_NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.ENOTSUP)
_OWNER = re.compile(r"[a-z]+-(\d+)-")
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW


class Unfinished(NamedTuple):
    """How a file is written before it gets its name.

    `beside` is its name in the same folder, if the scratch folder is on another file system;
    `before_beside` is called before. Without `durable` nothing is flushed.
    """

    beside: str
    before_beside: Callable[[], None] = lambda: None
    durable: bool = True


def place(
    repository: Repository, at: At, data: bytes, mode: int | None, how: Unfinished, *, new: bool
) -> None:
    """Give a name a file that holds `data`, whole. With `new`, nothing may have the name yet.

    `mode` are the file's permissions, None those of any new file. Raises FileExistsError, OSError.
    """
    scratch = repository.scratch
    if scratch.stat().st_dev == os.fstat(at.folder).st_dev:
        staged = prepared_path(repository, STAGED)
        try:
            _write(staged, None, data, mode, durable=how.durable)
            _rename(os.fspath(staged), None, at, new=new)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            _place_beside(at, data, mode, how, new=new)
        finally:
            discard(None, os.fspath(staged))
    else:
        _place_beside(at, data, mode, how, new=new)
    if how.durable:
        os.fsync(at.folder)


def _place_beside(at: At, data: bytes, mode: int | None, how: Unfinished, *, new: bool) -> None:
    how.before_beside()
    discard(at.folder, how.beside)
    try:
        _write(Path(how.beside), at.folder, data, mode, durable=how.durable)
        _rename(how.beside, at.folder, at, new=new)
    finally:
        discard(at.folder, how.beside)


def put(repository: Repository, path: str, data: bytes) -> None:
    """Replace a file of forge's own, and make its folders; nothing is flushed.

    Raises StorageFailed, for a symbolic link on the way too.
    """
    root, parts = repository.root, path.split("/")
    try:
        for number in range(1, len(parts)):
            folder = "/".join(parts[:number])
            if not os.path.lexists(root / folder):
                make_folder(root, folder)
        with located(root, path) as at:
            how = Unfinished(f".forge-{at.name}.tmp", durable=False)
            place(repository, at, data, None, how, new=False)
    except OSError as error:
        raise StorageFailed.of(error, path) from error


def discard(folder: int | None, name: str) -> None:
    """Remove a file, if it is there and can be removed."""
    with contextlib.suppress(OSError):
        os.unlink(name, dir_fd=folder)


def clear_staged(repository: Repository) -> None:
    """Remove the unfinished files of dead processes: from the scratch folder, from beside forge's
    own files, and from the root of the work tree, where they are written if the scratch folder is
    on another file system.

    A file with a second name may be a lock of git, and is left to those who remove such locks.
    """
    atomic.remove_unfinished(repository.root)
    for folder, _, _ in os.walk(repository.forge_dir):
        atomic.remove_unfinished(Path(folder))
    with contextlib.suppress(OSError):
        for path in repository.scratch.iterdir():
            owner = _OWNER.match(path.name)
            if owner is None or atomic.is_alive(int(owner[1])):
                continue
            if path.name.startswith(STAGED) or path.lstat().st_nlink == 1:
                discard(None, os.fspath(path))


def _write(name: Path, folder: int | None, data: bytes, mode: int | None, *, durable: bool) -> None:
    descriptor = os.open(name, _NEW, 0o644 if mode is None else mode, dir_fd=folder)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]
        if mode is not None:
            os.fchmod(descriptor, mode)  # the umask may have removed bits
        if durable:
            atomic.sync_data(descriptor)
    finally:
        os.close(descriptor)


def _rename(source: str, folder: int | None, at: At, *, new: bool) -> None:
    if not new:
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
