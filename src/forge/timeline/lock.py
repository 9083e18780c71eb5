"""The lock of a work tree, which the system releases when its process dies.

The lock is an advisory `flock` on a small file. The content of the file only names the holder: a
file without a living holder locks nothing.
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

from forge import regular
from forge.errors import Held, StorageFailed
from forge.lazy import at_first_use
from forge.timeline.process_id import ProcessId

if TYPE_CHECKING:
    import subprocess
else:
    subprocess = at_first_use("subprocess")  # for systems without /proc

_TRIES, _PAUSE = 5, 0.01  # seconds between two tries


class Holder(NamedTuple):
    """The holder of a lock, as it wrote itself into the file."""

    process: ProcessId
    execution: str
    what: str


class WriterLock:
    """The lock of one work tree, as a context manager: its holder alone writes the runs there."""

    def __init__(self, path: Path, execution: str, what: str) -> None:
        self.path = path
        self.execution = execution
        self.what = what
        self.left_at: float | None = None
        """When the previous holder took the lock, if it died with it; seconds since the epoch."""
        self._descriptor: int | None = None

    def __enter__(self) -> WriterLock:
        """Take the lock. Raises Held with the holder if another process has it."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = regular.open_regular(self.path, os.O_RDWR | os.O_CREAT)
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
        """Record what the holder does from now on."""
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
            return  # the content only informs; the lock itself is taken

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._descriptor is not None:
            with contextlib.suppress(OSError):
                os.ftruncate(self._descriptor, 0)  # released, not left by a crash
            os.close(self._descriptor)
            self._descriptor = None


@contextlib.contextmanager
def peek(path: Path) -> Iterator[float | None]:
    """Hold an existing lock briefly without recording a holder: a crashed holder stays on record.

    Yields when a crashed holder took the lock, in seconds since the epoch; None if none crashed.
    Raises Held and OSError.
    """
    descriptor = regular.open_regular(path, os.O_RDWR)
    try:
        if not _taken(descriptor):
            raise Held("another process is at work here", "wait for it")
        yield os.fstat(descriptor).st_mtime if read_holder(path) else None
    finally:
        os.close(descriptor)


def _taken(descriptor: int) -> bool:
    """Take a lock if it is free. Several tries, since `holder_alive` holds it for a moment."""
    for _ in range(_TRIES):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            time.sleep(_PAUSE)
        else:
            return True
    return False


def read_holder(path: Path) -> Holder | None:
    """Return the holder that a lock file names; None if it names none."""
    try:
        fields = json.loads(regular.read(path))
        return Holder(ProcessId(**fields["process"]), fields["execution"], fields["what"])
    except (OSError, ValueError, TypeError, KeyError):
        return None


def holder_alive(path: Path) -> Holder | None:
    """Return the process that holds a lock now; None if the lock is free."""
    try:
        descriptor = regular.open_regular(path)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return read_holder(path) or Holder(ProcessId(0, "", ""), "", "")
    finally:
        os.close(descriptor)
    return None
