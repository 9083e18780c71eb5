"""The outline as it was read last, kept between calls in one cache file for each work tree."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct, field

from forge.cache.store import CacheStore
from forge.views.outline.entries import (
    ItemLine,
    MissionLine,
    PhaseLine,
    PlanLine,
    RoadmapLine,
    RunLine,
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
    plans: Shelf[PlanLine] = field(default_factory=dict)
    phases: Shelf[PhaseLine] = field(default_factory=dict)
    runs: Shelf[RunLine] = field(default_factory=dict)
    missions: Shelf[MissionLine] = field(default_factory=dict)
    items: Shelf[ItemLine] = field(default_factory=dict)
    stale: tuple[str, list[str]] = ("", [])
    roadmap: Shelf[list[RoadmapLine]] = field(default_factory=dict)


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

    def save(self) -> None:
        """Write the entries if any of them changed."""
        if self.changed:
            with contextlib.suppress(UnicodeEncodeError):  # a name that is not UTF-8
                raw = msgspec.msgpack.encode(self.entries)
                with CacheStore(self._path) as store:
                    store.put(_NAME, _STAMP, raw)
            self.changed = False
