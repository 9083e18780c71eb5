"""The running child of a run, recorded beside its live log.

After forge was killed, the next forge process can end the child. The file is overwritten with one
write of a fixed size, so a reader never sees half a record and no file is made for each child.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from forge import regular
from forge.errors import StorageFailed
from forge.timeline.process_id import ProcessId

_NAME = "child.json"
_GREATEST = 1 << 31  # of what a system takes as the number of a process
_SIZE = 512  # bytes of every record


def write(live: Path, child: ProcessId | None) -> None:
    """Record the child that runs now, None for none. Raises StorageFailed."""
    record = json.dumps(child._asdict() if child else None).encode().ljust(_SIZE)
    try:
        descriptor = regular.open_regular(live / _NAME, os.O_WRONLY | os.O_CREAT)
        try:
            os.pwrite(descriptor, record, 0)
        finally:
            os.close(descriptor)
    except OSError as error:
        if child is None and isinstance(error, FileNotFoundError):
            return  # the child removed the folder; the next check of the live record restores it
        raise StorageFailed.of(error) from error


def read(live: Path) -> ProcessId | None:
    """Return the recorded child; None if none is running or the file cannot be read.

    What is no number of a process that could be a child is not believed: to some systems 0, 1 and
    negative numbers mean many processes.
    """
    try:
        child = ProcessId(**json.loads(regular.read(live / _NAME)))
    except (OSError, ValueError, TypeError, RecursionError):
        return None
    is_number = type(child.pid) is int and 1 < child.pid < _GREATEST
    texts = isinstance(child.start, str) and isinstance(child.boot, str)
    return child if is_number and texts else None
