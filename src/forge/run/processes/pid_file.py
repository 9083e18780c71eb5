"""The child that a run has at work, on record beside its live log: whoever comes after a forge that
was killed can end it.

The file stays and is written over in one go, within one page: who reads it finds the child that was
noted last, or none, and nothing is made or removed for each child.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from forge.errors import StorageFailed
from forge.timeline.process_id import ProcessId

_NAME = "child.json"
_SIZE = 512  # bytes, whatever is noted


def write(live: Path, child: ProcessId | None) -> None:
    """Note which child is at work now, None for none. Raises StorageFailed."""
    try:
        descriptor = os.open(live / _NAME, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            os.pwrite(
                descriptor, json.dumps(child._asdict() if child else None).encode().ljust(_SIZE), 0
            )
        finally:
            os.close(descriptor)
    except OSError as error:
        if child is None and isinstance(error, FileNotFoundError):
            return  # the child took the folder away: the next look at the live record puts it back
        raise StorageFailed.of(error) from error


def read(live: Path) -> ProcessId | None:
    """Return the child that was noted last; None where none is at work, or none was ever noted."""
    try:
        return ProcessId(**json.loads((live / _NAME).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None
