"""What other shells ask of a run: to pause at the next step, or to stop. Also what its own programs
were denied.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from forge.run.guard import denial
from forge.run.guard.denial import Denial

Request = Literal["stop", "pause"]
_BY_PRIORITY: tuple[Request, ...] = ("stop", "pause")


class Requests:
    """The requests to a run. Each is an empty file in the run's live folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, request: Request) -> None:
        """Ask for something. Raises FileNotFoundError if the run has ended in the meantime."""
        self._file(request).touch()

    def pending(self) -> Request | None:
        """Return what is asked for; `stop` takes precedence over `pause`."""
        return next((name for name in _BY_PRIORITY if os.path.exists(self._file(name))), None)

    def clear(self) -> None:
        for name in _BY_PRIORITY:
            self._file(name).unlink(missing_ok=True)

    def take_denials(self) -> list[Denial]:
        """Return what programs of the run were denied, and remove these requests."""
        return denial.take(self._folder)

    def _file(self, request: Request) -> Path:
        return self._folder / f"request-{request}"
