"""What was read for the outline, in one file that may be deleted at any moment; it is read and
written as one.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct, field

import forge
from forge import atomic
from forge.errors import StorageFailed
from forge.views.outline.entries import (
    ItemLine,
    MissionLine,
    PhaseLine,
    PlanLine,
    RoadmapLine,
    RunLine,
)

_PACKAGE = Path(forge.__file__).parent
_READERS = ("text", "planning", "timeline", "views")
T = TypeVar("T")
Shelf = dict[str, tuple[str, T]]
"""What was read of documents by their paths, each with the signs of the file that it was read from.
"""


class Kept(Struct, array_like=True):
    """All that is kept. `ids` are the plans in their order; `stale` holds runs, under the sign that
    they were found for.
    """

    code: str = ""
    ids: list[tuple[str, str]] = field(default_factory=list)
    plans: Shelf[PlanLine] = field(default_factory=dict)
    phases: Shelf[PhaseLine] = field(default_factory=dict)
    runs: Shelf[RunLine] = field(default_factory=dict)
    missions: Shelf[MissionLine] = field(default_factory=dict)
    items: Shelf[ItemLine] = field(default_factory=dict)
    stale: tuple[str, list[str]] = ("", [])
    roadmap: Shelf[list[RoadmapLine]] = field(default_factory=dict)


class OutlineMemory:
    """The file of one work tree. Whatever is wrong with it, nothing is remembered then."""

    def __init__(self, place: Path) -> None:
        self._place = place
        code = _code_sign()
        self.kept = Kept(code)
        self.changed = False
        with contextlib.suppress(OSError, msgspec.DecodeError):
            found = msgspec.msgpack.decode(place.read_bytes(), type=Kept)
            if found.code == code:
                self.kept = found

    def keep(self) -> None:
        """Write what is kept, where anything of it changed. Nothing is said where that cannot be
        done.
        """
        if self.changed:
            with contextlib.suppress(
                StorageFailed, OSError, UnicodeEncodeError
            ):  # the last for a name that is no UTF-8
                self._place.parent.mkdir(parents=True, exist_ok=True)
                atomic.write(self._place, msgspec.msgpack.encode(self.kept), durable=False)
            self.changed = False


def _code_sign() -> str:
    """Return what changes with the code that reads: what other code read is read anew."""
    newest = size = 0
    for room in _READERS:
        with contextlib.suppress(OSError), os.scandir(_PACKAGE / room) as entries:
            for entry in entries:
                if entry.name.endswith(".py"):
                    found = entry.stat()
                    newest, size = max(newest, found.st_mtime_ns), size + found.st_size
    return f"{forge.__version__} {newest} {size}"
