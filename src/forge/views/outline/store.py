"""The outline as it was read last, kept between calls in one cache file for each work tree."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Container, Mapping
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct, field

from forge.cache.store import CacheStore
from forge.views.outline.entries import (
    ItemEntry,
    MissionEntry,
    PhaseEntry,
    PlanEntry,
    RoadmapEntry,
    RunEntry,
)

_NAME = _STAMP = "outline"  # the one value of the file; its entries have stamps of their own
T = TypeVar("T")
Shelf = dict[str, tuple[str, T]]
"""Entries by path, each with the stamp of the file that it was read from."""


class Entries(Struct, array_like=True):
    """All cached entries. `ids` are the plans in order with their ids; `stale` holds run ids, with
    the stamp of the state of the repository that they were computed for.
    """

    ids: list[tuple[str, str]] = field(default_factory=list)
    plans: Shelf[PlanEntry] = field(default_factory=dict)
    phases: Shelf[PhaseEntry] = field(default_factory=dict)
    runs: Shelf[RunEntry] = field(default_factory=dict)
    missions: Shelf[MissionEntry] = field(default_factory=dict)
    items: Shelf[ItemEntry] = field(default_factory=dict)
    stale: tuple[str, list[str]] = ("", [])
    roadmap: Shelf[list[RoadmapEntry]] = field(default_factory=dict)


class OutlineCache:
    """The cached entries of one work tree; empty if the file is missing or cannot be used."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.changed = False
        self.entries = Entries()
        with CacheStore(path) as store:
            raw = store.get(_NAME, _STAMP)
        if raw is not None:
            with contextlib.suppress(msgspec.MsgspecError, ValueError):
                self.entries = msgspec.msgpack.decode(raw, type=Entries)

    def refreshed(
        self, shelf: Shelf[T], stamps: Mapping[str, str], read: Callable[[str], T]
    ) -> dict[str, T]:
        """Return an entry for each path: the cached one if its stamp is the same, else what `read`
        returns.

        A path with an empty stamp is always read. Entries of other paths are removed.
        """
        entries: dict[str, T] = {}
        for path, stamp in stamps.items():
            cached = shelf.get(path)
            if cached is not None and stamp and cached[0] == stamp:
                entries[path] = cached[1]
            else:
                entries[path] = read(path)
                self.put(shelf, path, stamp, entries[path])
        self.prune(shelf, entries)
        return entries

    def put(self, shelf: Shelf[T], path: str, stamp: str, entry: T) -> None:
        """Cache an entry, unless its stamp is empty."""
        if stamp:
            shelf[path] = (stamp, entry)
            self.changed = True

    def prune(self, shelf: Shelf[T], paths: Container[str]) -> None:
        """Remove the entries of all other paths."""
        for path in [path for path in shelf if path not in paths]:
            del shelf[path]
            self.changed = True

    def save(self) -> None:
        """Write the entries if any of them changed."""
        if self.changed:
            with contextlib.suppress(UnicodeEncodeError):  # a name that is not UTF-8
                raw = msgspec.msgpack.encode(self.entries)
                with CacheStore(self._path) as store:
                    store.put(_NAME, _STAMP, raw)
            self.changed = False
