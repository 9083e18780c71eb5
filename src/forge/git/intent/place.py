"""Where intents and their lock are stored, and whether one is pending."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from forge import regular
from forge.errors import Held, StorageFailed
from forge.git.repository import Repository

_PATIENCE = 60.0  # seconds to wait for another forge process that writes documents
_PAUSE = 0.005


def intent_path(repository: Repository) -> Path:
    """Return the file of this work tree's intent, whether it exists or not."""
    is_main = repository.git_dir == repository.common_dir
    name = "main" if is_main else f"tree-{repository.git_dir.name}"
    return repository.forge_dir / "intents" / f"{name}.json"


def is_pending(repository: Repository) -> bool:
    """Return whether a command is changing documents here, or was killed while it did."""
    return os.path.lexists(intent_path(repository))


@contextmanager
def document_lock(repository: Repository, patience: float = _PATIENCE) -> Iterator[None]:
    """Hold the lock under which the documents of a clone are changed, in all its work trees.

    Waits for another process that holds it. Raises Held after `patience` seconds, StorageFailed.
    """
    path = repository.forge_dir / "intents" / "lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = regular.open_regular(path, os.O_RDWR | os.O_CREAT)
    except OSError as error:
        raise StorageFailed.of(error, path) from error
    try:
        _acquire(descriptor, patience)
        yield
    finally:
        os.close(descriptor)


def _acquire(descriptor: int, patience: float) -> None:
    deadline = time.monotonic() + patience
    while True:
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        if time.monotonic() > deadline:
            raise Held("another forge process is changing documents here", "wait for it to end")
        time.sleep(_PAUSE)
