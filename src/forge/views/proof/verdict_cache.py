"""The verdicts of a tree on plans' must-haves, kept between calls.

A verdict is reused for the same bytes of the plan, if everything that was read of the tree has the
same fingerprint. Proofs are not part of it. A cache belongs to one clone (by its id), so a copied
folder brings no verdicts along.
"""

from __future__ import annotations

import contextlib
import hashlib
from functools import cached_property
from typing import Protocol

import msgspec
from msgspec import Struct

from forge.cache.store import CacheStore
from forge.check.must_haves.verdict import Verdict
from forge.errors import ForgeError
from forge.git.clone import clone_id
from forge.git.objects.stored_tree import PathsRead
from forge.git.repository import Repository
from forge.text.finding import Finding


class FingerprintedTree(Protocol):
    """A tree that has a fingerprint for each path and for its listing."""

    revision: str | None

    def fingerprint(self, path: str) -> str | None:
        """Return what changes with a path; None if the path changed a moment ago."""

    def listing_fingerprint(self) -> str:
        """Return what changes with the listing. Raises GitFailed."""


class TreeAnswer(Struct, frozen=True):
    """What a tree alone says about a plan, without proofs.

    `sound`: the must-haves could be read. `items` holds each must-have's command and verdict,
    `paths` are those that the plan declares.
    """

    sound: bool
    findings: tuple[Finding, ...]
    items: tuple[tuple[str | None, Verdict], ...]
    paths: tuple[str, ...] = ()


class _Cached(Struct, array_like=True):
    paths: dict[str, str]
    listing: str | None
    answer: TreeAnswer


class VerdictCache:
    """The cached answers of one tree, for one limit of file sizes."""

    def __init__(self, repository: Repository, tree: FingerprintedTree, limit: int) -> None:
        self._repository, self._tree, self._limit = repository, tree, limit
        self._fingerprints: dict[str, str | None] = {}

    @cached_property
    def _store(self) -> CacheStore | None:
        place = "revision" if self._tree.revision else str(self._repository.root)
        name = hashlib.sha256(place.encode("utf-8", "surrogateescape")).hexdigest()[:16]
        path = self._repository.forge_dir / "cache" / f"verdicts-{name}.cache"
        try:
            return CacheStore(path, tag=f"{clone_id(self._repository)} {self._limit}")
        except (OSError, ForgeError):
            return None

    def get(self, path: str, data: bytes) -> TreeAnswer | None:
        """Return the cached answer for a plan of these bytes; None if no cached one holds."""
        raw = self._store.get(path, _stamp(data)) if self._store else None
        if raw is None:
            return None
        try:
            cached = msgspec.msgpack.decode(raw, type=_Cached)
            return cached.answer if self._holds(cached) else None
        except (msgspec.MsgspecError, ValueError, ForgeError):
            return None

    def _holds(self, cached: _Cached) -> bool:
        if any(self._fingerprint(path) != value for path, value in cached.paths.items()):
            return False
        return cached.listing is None or cached.listing == self._listing

    def _fingerprint(self, path: str) -> str | None:
        if path not in self._fingerprints:
            self._fingerprints[path] = self._tree.fingerprint(path)
        return self._fingerprints[path]

    @cached_property
    def _listing(self) -> str:
        return self._tree.listing_fingerprint()

    def put(self, path: str, data: bytes, read: PathsRead, answer: TreeAnswer) -> None:
        """Cache an answer, unless a file that was read for it changed a moment ago."""
        if self._store is None:
            return
        with contextlib.suppress(ForgeError, UnicodeEncodeError):  # the latter: not UTF-8
            paths: dict[str, str] = {}
            for name in read.paths:
                value = self._fingerprint(name)
                if value is None:
                    return
                paths[name] = value
            cached = _Cached(paths, self._listing if read.listed else None, answer)
            self._store.put(path, _stamp(data), msgspec.msgpack.encode(cached))

    def save(self) -> None:
        """Write what was put."""
        if self._store is not None:
            self._store.save()


def _stamp(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
