"""Who holds a run: a lock that the system lets go of when its process dies, and the identity of
processes.

The lock is an advisory `flock` on a small file; what is written in the file only tells who has it.
A file that was left behind locks nothing.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple

from forge.errors import Held, StorageFailed
from forge.lazy import at_first_use
from forge.timeline.process_id import ProcessId

if TYPE_CHECKING:
    import subprocess
else:
    subprocess = at_first_use("subprocess")  # where there is no /proc

_TRIES, _MOMENT = 5, 0.01  # seconds between two tries


class Holder(NamedTuple):
    """What the holder of a lock wrote into it."""

    process: ProcessId
    execution: str
    what: str


class WriterLock:
    """The lock of one work tree: whoever holds it is the one writer of the runs in it. A context
    manager.
    """

    def __init__(self, path: Path, execution: str, what: str) -> None:
        self.path = path
        self.execution = execution
        self.what = what
        self.left_at: float | None = None
        """When the holder before, who died without letting go, wrote that it has the lock: seconds
        since the epoch.
        """
        self._descriptor: int | None = None

    def __enter__(self) -> WriterLock:
        """Take the lock. Raises Held, naming the holder, where another process has it."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise StorageFailed.of(error, self.path) from error
        if not _taken(descriptor):
            os.close(descriptor)
            holder = read_holder(self.path)
            who = f"process {holder.process.pid} ({holder.what})" if holder else "another process"
            raise Held(f"{who} is at work here", "wait for it, or `forge pause` or `forge stop` it")
        self._descriptor = descriptor
        self.left_at = os.fstat(descriptor).st_mtime if read_holder(self.path) else None
        self._write()
        return self

    def rename(self, what: str) -> None:
        """Tell what is being done under the lock from now on."""
        self.what = what
        self._write()

    def _write(self) -> None:
        holder = {
            "process": ProcessId.of(os.getpid())._asdict(),
            "execution": self.execution,
            "what": self.what,
        }
        assert self._descriptor is not None
        try:
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, json.dumps(holder).encode(), 0)
        except OSError:
            return  # who holds it is only told, the lock itself is taken

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go of the lock."""
        if self._descriptor is not None:
            with contextlib.suppress(OSError):
                os.ftruncate(self._descriptor, 0)  # nobody died with it
            os.close(self._descriptor)
            self._descriptor = None


@contextlib.contextmanager
def for_a_moment(path: Path) -> Iterator[float | None]:
    """Hold a lock that was there before, and leave no mark in it: whoever takes it next still
    learns of a holder who died.

    Gives when that one wrote that it has the lock, in seconds since the epoch, None where nobody
    died with it. Raises Held, OSError.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        if not _taken(descriptor):
            raise Held("another process is at work here", "wait for it")
        yield os.fstat(descriptor).st_mtime if read_holder(path) else None
    finally:
        os.close(descriptor)


def _taken(descriptor: int) -> bool:
    """Take a lock if it is free. It is tried for a moment, since whoever only looks who holds it
    has it for that long.
    """
    for _ in range(_TRIES):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            time.sleep(_MOMENT)
        else:
            return True
    return False


def read_holder(path: Path) -> Holder | None:
    """Return what was last written into a lock; None where that cannot be read."""
    try:
        found = json.loads(path.read_text("utf-8"))
        return Holder(ProcessId(**found["process"]), found["execution"], found["what"])
    except (OSError, ValueError, TypeError, KeyError):
        return None


def holder_alive(path: Path) -> Holder | None:
    """Return who holds a lock at this moment, None where nobody does."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return read_holder(path) or Holder(ProcessId(0, "", ""), "", "")
    finally:
        os.close(descriptor)
    return None
