"""Git's lock files, created with their content: a prepared file is linked to the name of the lock,
and renamed to the file that it locks.

Such a lock is never empty or incomplete. It is the same inode as the prepared file in forge's
scratch folder, which proves whose lock it is after its owner was killed.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from pathlib import Path

from forge.errors import Held
from forge.git.repository import Repository

_PATIENCE = 5.0  # seconds to wait for a lock of another git process


def prepared_path(repository: Repository, prefix: str) -> Path:
    """Return a new path in the scratch folder whose name contains the id of this process."""
    return repository.scratch / f"{prefix}{os.getpid()}-{secrets.token_hex(4)}"


def write_prepared(path: Path, data: bytes) -> None:
    """Write a prepared file without flushing it. Raises OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        os.write(descriptor, data)
    finally:
        os.close(descriptor)


def acquire(prepared: Path, lock: Path) -> None:
    """Take a lock with a prepared file. Raises Held if another git process holds it for five
    seconds.
    """
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            os.link(prepared, lock)
            return
        except FileExistsError:
            if time.monotonic() > deadline:
                raise Held(
                    f"{lock} is held by another git process",
                    "wait for it to end; if no git process is running, remove that file",
                ) from None
            time.sleep(0.02)


def release(prepared: Path, lock: Path) -> bool:
    """Remove a lock if it is the prepared file; return whether it was."""
    with contextlib.suppress(FileNotFoundError):
        if lock.samefile(prepared):
            lock.unlink()
            return True
    return False


def remove_stale(repository: Repository, prefix: str, lock: Path | None, alive: set[int]) -> bool:
    """Remove the prepared files of dead processes, and `lock` if it is one of them.

    Returns whether the lock was removed. `alive` are the processes that still run.
    """
    removed = False
    for prepared in repository.scratch.glob(f"{prefix}*"):
        pid = prepared.name.removeprefix(prefix).partition("-")[0]
        if not pid.isdigit() or int(pid) in alive:
            continue
        removed = (lock is not None and release(prepared, lock)) or removed
        prepared.unlink(missing_ok=True)
    return removed
