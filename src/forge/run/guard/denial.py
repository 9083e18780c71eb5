"""What a program of a run was denied, and the request that it leaves for the run's holder."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import NamedTuple

from forge import regular
from forge.check.secrets.scrub import scrub

_FILE = "request-denied"
_MOST_BYTES = 1 << 16
_LONGEST = 400


class Denial(NamedTuple):
    """A tool (`forge approve`, `approvals`, `settings`), why it was denied, and which process
    tried; 0 if that is unknown.
    """

    tool: str
    reason: str
    process: int = 0


def leave(folder: Path, denial: Denial) -> None:
    """Leave a request in a run's live folder; nothing if it cannot be written."""
    with contextlib.suppress(OSError):
        descriptor = regular.open_regular(folder / _FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        try:
            os.write(descriptor, json.dumps(denial).encode() + b"\n")
        finally:
            os.close(descriptor)


def take(folder: Path) -> list[Denial]:
    """Return the requests that were left in a run's live folder, and remove them."""
    try:
        data = regular.read(folder / _FILE, most=_MOST_BYTES)
    except OSError:
        return []
    (folder / _FILE).unlink(missing_ok=True)
    return [denial for line in data.splitlines() if (denial := _denial(line)) is not None]


def _denial(line: bytes) -> Denial | None:
    try:
        tool, reason, process = json.loads(line)
        return Denial(_short(tool), _short(reason), int(process))
    except (ValueError, TypeError):
        return None


def _short(text: object) -> str:
    return scrub(str(text))[0][:_LONGEST]
