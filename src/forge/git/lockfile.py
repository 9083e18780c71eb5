"""git's locks, taken with the content in them: a prepared file is linked to the lock's name and
renamed to what it locks.

Such a lock is never empty and never half written, and it is the same inode as the prepared file in
forge's scratch folder: that proves whose it is when its owner was killed.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from pathlib import Path

from forge.errors import Held
from forge.git.repository import Repository

_PATIENCE = 5.0  # seconds that another git may hold a lock


def prepared_path(repository: Repository, prefix: str) -> Path:
    """Return a new path in the scratch folder, which names this process."""
    return repository.scratch / f"{prefix}{os.getpid()}-{secrets.token_hex(4)}"


def write_prepared(path: Path, data: bytes) -> None:
    """Make a prepared file, which is not on the disk yet. Raises OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        os.write(descriptor, data)
    finally:
        os.close(descriptor)


def acquire(prepared: Path, lock: Path) -> None:
    """Link a prepared file to a lock. Raises Held where another git has it for longer than five
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
                    f"{lock} is held by another git",
                    "wait for it to end, or see whether it was left behind",
                ) from None
            time.sleep(0.02)


def release(prepared: Path, lock: Path) -> bool:
    """Remove a lock if it is the prepared file; say whether it was."""
    with contextlib.suppress(FileNotFoundError):
        if lock.samefile(prepared):
            lock.unlink()
            return True
    return False


def remove_stale(repository: Repository, prefix: str, lock: Path | None, alive: set[int]) -> bool:
    """Remove what dead processes prepared, and `lock` if it is one of that; say whether it was."""
    removed = False
    for left in repository.scratch.glob(f"{prefix}*"):
        pid = left.name.removeprefix(prefix).partition("-")[0]
        if not pid.isdigit() or int(pid) in alive:
            continue
        removed = (lock is not None and release(left, lock)) or removed
        left.unlink(missing_ok=True)
    return removed
