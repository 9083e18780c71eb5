"""Writes that are there whole or not at all, and are still there after a power loss."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

from forge.errors import StorageFailed


def sync_data(descriptor: int) -> None:
    """Flush a file's data to the disk: fdatasync, or fsync where there is none."""
    getattr(os, "fdatasync", os.fsync)(descriptor)


def sync_folder(folder: Path) -> None:
    """Flush a folder's entries to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write(
    path: Path, data: bytes, *, mode: int = 0o644, durable: bool = True, staging: Path | None = None
) -> None:
    """Replace a file by a new one that holds `data`; its folder is made if need be. Raises
    StorageFailed.

    `staging` is a folder of the same file system for the half-written file, so that none is ever
    seen beside `path`.
    """
    temporary = (staging or path.parent) / f".{path.name}.{os.urandom(4).hex()}.tmp"
    try:
        for folder in {path.parent, temporary.parent}:
            if not os.path.isdir(folder):
                folder.mkdir(parents=True, exist_ok=True)
        _write_new(temporary, data, mode, durable)
        temporary.replace(path)
        if durable:
            sync_folder(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):  # what stopped the write may stop this too
            temporary.unlink()
        raise StorageFailed.of(error, path) from error


def swap(path: Path, before: bytes, after: bytes) -> None:
    """Replace a file that holds `before` by one that holds `after`, with its mode. Raises
    StorageFailed.

    A file that somebody changed meanwhile, and one that is not writable, is left as it is.
    """
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if not os.access(path, os.W_OK):
            raise StorageFailed(f"{path}: it is not writable", "make it writable")
        if path.read_bytes() != before:
            raise StorageFailed(
                f"{path}: it changed while it was read", "look at it, then try again"
            )
        write(path, after, mode=mode)
        path.chmod(mode)  # the umask may have taken bits away
    except OSError as error:
        raise StorageFailed.of(error, path) from error


def create(path: Path, data: bytes) -> bool:
    """Make a file that holds `data` and say so; False, and nothing is changed, where there is one.
    Raises StorageFailed.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_new(path, data, 0o644, durable=False)
    except FileExistsError:
        return False
    except OSError as error:
        raise StorageFailed.of(error, path) from error
    return True


def _write_new(path: Path, data: bytes, mode: int, durable: bool) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]
        if durable:
            sync_data(descriptor)
    except OSError:
        os.unlink(path)
        raise
    finally:
        os.close(descriptor)
