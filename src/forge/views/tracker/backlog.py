"""The backlog: items with how they stand, which of them can start, and in which order."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path

from msgspec import Struct

from forge.planning.backlog.paths import ARCHIVE, PRIORITIES, STATUSES
from forge.views.outline.entries import ItemLine

_USUAL = "P2"  # of an item that names none


class ItemStatus(Struct, frozen=True):
    """An item: `met` of its `criteria` are ticked or evidenced; `reasons` say why one to do cannot
    start.
    """

    id: str
    path: str
    title: str
    status: str
    priority: str
    criteria: int
    met: int
    ready: bool
    reasons: list[str]
    contradiction: str

    def as_data(self) -> dict[str, object]:
        """Return what JSON shows of it."""
        names = (
            "id",
            "path",
            "title",
            "status",
            "priority",
            "criteria",
            "met",
            "ready",
            "contradiction",
        )
        return {name: getattr(self, name) for name in names}


class Backlog:
    """The items of a work tree that were not put away."""

    def __init__(self, root: Path, lines: Mapping[str, ItemLine]) -> None:
        self._root = root
        self._lines = lines
        self._by_id: dict[str, tuple[str, ItemLine]] = {}
        for path, line in lines.items():
            self._by_id.setdefault(line.id, (path, line))

    @cached_property
    def items(self) -> list[ItemStatus]:
        """Each item with how it stands, the most urgent first."""
        found = [
            self._item(path, line)
            for path, line in self._lines.items()
            if not path.startswith(f"{ARCHIVE}/")
        ]
        return sorted(found, key=lambda item: (_urgency(item.priority), item.id))

    def _item(self, path: str, line: ItemLine) -> ItemStatus:
        unmet = sum(not (named and os.path.isfile(self._root / named)) for named in line.unticked)
        reasons = list(self._reasons(line)) if line.status == "todo" else []
        contradicted = line.status == "done" and unmet and not line.forced
        wrong = f"it cannot be read: {line.problem}" if line.problem else ""
        wrong = wrong or (
            f"it says `done`, and {unmet} of {line.criteria} criteria are not met"
            if contradicted
            else ""
        )
        return ItemStatus(
            line.id,
            path,
            line.title,
            line.status,
            line.priority or _USUAL,
            line.criteria,
            line.criteria - unmet,
            line.status == "todo" and not reasons,
            reasons,
            wrong,
        )

    def _reasons(self, line: ItemLine) -> Iterator[str]:
        if line.problem:
            yield f"cannot be read as an item: {line.problem}"
        for name in line.depends_on:
            path, needed = self._by_id.get(name, ("", None))
            if needed is None:
                yield f"depends on `{name}`, which is no item"
            elif needed.status != "done":
                away = " and was put away" if path.startswith(f"{ARCHIVE}/") else ""
                yield f"depends on {name}, which is {needed.status}{away}"

    @cached_property
    def ready(self) -> list[ItemStatus]:
        """The items to do whose dependencies are done, the most urgent first."""
        return [item for item in self.items if item.ready]

    def of_status(self, status: str) -> list[ItemStatus]:
        """Return the items that stand so."""
        return [item for item in self.items if item.status == status]

    @property
    def columns(self) -> list[tuple[str, list[ItemStatus]]]:
        """Each status with its items, those that nobody knows last."""
        unknown = sorted({item.status for item in self.items} - {*STATUSES})
        order = ("todo", "in_progress", "blocked", "done", *unknown)
        return [(status, self.of_status(status)) for status in order]

    def as_data(self) -> dict[str, object]:
        """Return what JSON shows of it: how many items stand how."""
        return {**{status: len(items) for status, items in self.columns}, "ready": len(self.ready)}


def _urgency(priority: str) -> int:
    return PRIORITIES.index(priority) if priority in PRIORITIES else PRIORITIES.index(_USUAL)
