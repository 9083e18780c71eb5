"""File writes that happen completely or not at all, and survive a power loss."""

from __future__ import annotations

import contextlib
import os
import re
import stat
from pathlib import Path

from forge import regular
from forge.errors import StorageFailed

STAGED = "write-"
"""How the names of unfinished files in a staging folder start; the process id follows."""
_BESIDE = re.compile(r"\.forge-(\d+)-[0-9a-f]{8}\.tmp")


def sync_data(descriptor: int) -> None:
    """Flush a file's data to the disk with fdatasync, or with fsync if the system lacks it."""
    getattr(os, "fdatasync", os.fsync)(descriptor)


def sync_folder(folder: Path) -> None:
    """Flush a folder's entries to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def beside(folder: Path) -> Path:
    """Return a new path for a temporary file in a folder; its name contains this process's id."""
    return folder / f".forge-{os.getpid()}-{os.urandom(4).hex()}.tmp"


def remove_unfinished(folder: Path) -> None:
    """Remove the temporary files that killed processes left in a folder, as far as possible."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            owner = _BESIDE.fullmatch(entry.name)
            if owner and not is_alive(int(owner[1])):
                with contextlib.suppress(OSError):
                    os.unlink(entry.path)


def is_alive(pid: int) -> bool:
    """Return whether a process of this number runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def write(
    path: Path, data: bytes, *, mode: int = 0o644, durable: bool = True, staging: Path | None = None
) -> None:
    """Replace a file by a new one that holds `data`, creating its folder. Raises StorageFailed.

    `staging` is a folder of the same file system for the temporary file, so that it never appears
    beside `path`; what a killed process left there is removed by its name.
    """
    temporary = (
        staging / f"{STAGED}{os.getpid()}-{os.urandom(4).hex()}" if staging else beside(path.parent)
    )
    try:
        for folder in {path.parent, temporary.parent}:
            if not os.path.isdir(folder):
                folder.mkdir(parents=True, exist_ok=True)
        _write_new(temporary, data, mode, durable)
        temporary.replace(path)
        if durable:
            sync_folder(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):  # the cause of the failure may prevent this too
            temporary.unlink()
        raise StorageFailed.of(error, path) from error


def swap(path: Path, before: bytes, after: bytes) -> None:
    """Replace the content `before` of a file by `after` and keep its mode. Raises StorageFailed.

    A file with other content, or one that is not writable, is left as it is. What killed processes
    left beside it is removed.
    """
    remove_unfinished(path.parent)
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if not os.access(path, os.W_OK):
            raise StorageFailed(f"{path}: it is not writable", "make it writable")
        if regular.read(path) != before:
            raise StorageFailed(
                f"{path}: it changed while it was read", "check its content, then try again"
            )
        write(path, after, mode=mode)
        path.chmod(mode)  # the umask may have removed bits
    except OSError as error:
        raise StorageFailed.of(error, path) from error


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
