"""The status of backlog items: which can start, and in which order."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path

from msgspec import Struct

from forge.planning.backlog.paths import ARCHIVE, PRIORITIES, STATUSES
from forge.views.outline.entries import ItemEntry

_DEFAULT_PRIORITY = "P2"  # of an item that names none
_IN_JSON = ("id", "path", "title", "status", "priority", "criteria", "met", "ready")


class ItemStatus(Struct, frozen=True):
    """An item: `met` of its `criteria` are ticked or have evidence.

    `reasons` say why an item with the status `todo` cannot start.
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
        return {
            **{name: getattr(self, name) for name in _IN_JSON},
            "contradiction": self.contradiction,
        }


class Backlog:
    """The items of a work tree that are not archived."""

    def __init__(self, root: Path, lines: Mapping[str, ItemEntry]) -> None:
        self._root = root
        self._lines = lines
        self._by_id: dict[str, tuple[str, ItemEntry]] = {}
        for path, line in lines.items():
            self._by_id.setdefault(line.id, (path, line))

    @cached_property
    def items(self) -> list[ItemStatus]:
        """The items, the most urgent first."""
        items = [
            self._item(path, line)
            for path, line in self._lines.items()
            if not path.startswith(f"{ARCHIVE}/")
        ]
        return sorted(items, key=lambda item: (_urgency(item.priority), item.id))

    def _item(self, path: str, line: ItemEntry) -> ItemStatus:
        unmet = sum(not self._has_evidence(evidence) for evidence in line.unticked)
        reasons = list(self._reasons(line)) if line.status == "todo" else []
        return ItemStatus(
            line.id,
            path,
            line.title,
            line.status,
            line.priority or _DEFAULT_PRIORITY,
            line.criteria,
            line.criteria - unmet,
            line.status == "todo" and not reasons,
            reasons,
            _contradiction(line, unmet),
        )

    def _has_evidence(self, path: str | None) -> bool:
        return bool(path) and os.path.isfile(self._root / str(path))

    def _reasons(self, line: ItemEntry) -> Iterator[str]:
        if line.problem:
            yield f"cannot be read as an item: {line.problem}"
        for name in line.depends_on:
            path, needed = self._by_id.get(name, ("", None))
            if needed is None:
                yield f"depends on `{name}`, which is not an item"
            elif needed.status != "done":
                archived = " and archived" if path.startswith(f"{ARCHIVE}/") else ""
                yield f"depends on {name}, which is {needed.status}{archived}"

    @cached_property
    def ready(self) -> list[ItemStatus]:
        """The `todo` items whose dependencies are done, the most urgent first."""
        return [item for item in self.items if item.ready]

    def of_status(self, status: str) -> list[ItemStatus]:
        return [item for item in self.items if item.status == status]

    @property
    def columns(self) -> list[tuple[str, list[ItemStatus]]]:
        """Each status with its items; statuses that forge does not know come last."""
        unknown = sorted({item.status for item in self.items} - {*STATUSES})
        order = ("todo", "in_progress", "blocked", "done", *unknown)
        return [(status, self.of_status(status)) for status in order]

    def as_data(self) -> dict[str, object]:
        return {**{status: len(items) for status, items in self.columns}, "ready": len(self.ready)}


def _contradiction(line: ItemEntry, unmet: int) -> str:
    if line.problem:
        return f"it cannot be read: {line.problem}"
    if line.status == "done" and unmet and not line.forced:
        return f"its status is `done`, and {unmet} of {line.criteria} criteria are not met"
    return ""


def _urgency(priority: str) -> int:
    return PRIORITIES.index(priority if priority in PRIORITIES else _DEFAULT_PRIORITY)
