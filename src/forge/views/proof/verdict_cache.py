"""What a tree says about a plan's must-haves, kept between calls under `.git/forge/cache/`; safe to
delete.

An answer is taken again only for the same bytes of the plan, the same forge, and a tree that
answers all that was asked then with the same signs. Proofs are no part of it. It is bound to the
clone's id, so that no copied folder brings one.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Protocol

from msgspec import Struct
from msgspec.structs import asdict

import forge
from forge.check.must_haves.verdict import Evidence, Verdict
from forge.errors import ForgeError
from forge.git.clone import clone_id
from forge.git.objects.store import PathsRead
from forge.git.repository import Repository
from forge.text.finding import Finding

_VERSION = 1


class Signed(Protocol):
    """A tree that has a sign for each answer."""

    revision: str | None

    def fingerprint(self, path: str) -> str | None:
        """Return what tells one answer about a path from another; None where nothing can be said
        for sure.
        """

    def listing_fingerprint(self) -> str:
        """Return what tells one listing from another. Raises GitFailed."""


class Answered(Struct, frozen=True):
    """A plan as a tree alone answers it: findings, whether its front matter is sound, each
    must-have with its command.
    """

    sound: bool
    findings: tuple[Finding, ...]
    items: tuple[tuple[str | None, Verdict], ...]


class Memory:
    """The remembered answers of one tree for one limit of file sizes."""

    def __init__(self, repository: Repository, tree: Signed, limit: int) -> None:
        self.repository = repository
        self.tree = tree
        self.limit = limit
        self._signs: dict[str, str | None] = {}

    @cached_property
    def _key(self) -> str:
        """What has to be the same for an answer to be worth anything: forge itself, the clone, the
        limit.
        """
        newest = max(_times(Path(forge.__file__).parent), default=0)
        return f"{_VERSION} {forge.__version__} {newest} {clone_id(self.repository)} {self.limit}"

    def _place(self, path: str) -> Path:
        which = "revision" if self.tree.revision else str(self.repository.root)
        name = hashlib.sha256(f"{which}\0{path}".encode("utf-8", "surrogateescape")).hexdigest()[
            :32
        ]
        return self.repository.forge_dir / "cache" / "verdicts" / f"{name}.json"

    def recall(self, path: str, data: bytes) -> Answered | None:
        """Return what was answered for these bytes at this path, None where nothing of it still
        holds.
        """
        try:
            kept = json.loads(self._place(path).read_bytes())
            if (
                kept["key"] != self._key
                or kept["plan"] != hashlib.sha256(data).hexdigest()
                or not self._same(kept["asked"])
            ):
                return None
            return Answered(
                bool(kept["sound"]),
                tuple(Finding(**each) for each in kept["findings"]),
                tuple((command, _verdict(each)) for command, each in kept["items"]),
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError, ForgeError):
            return None

    def _same(self, asked: dict[str, object]) -> bool:
        signs: dict[str, str] = asked["paths"]  # type: ignore[assignment]
        if any(self._sign(path) != sign for path, sign in signs.items()):
            return False
        return asked["listing"] is None or asked["listing"] == self._listing

    def _sign(self, path: str) -> str | None:
        if path not in self._signs:
            self._signs[path] = self.tree.fingerprint(path)
        return self._signs[path]

    @cached_property
    def _listing(self) -> str:
        return self.tree.listing_fingerprint()

    def keep(self, path: str, data: bytes, asked: PathsRead, found: Answered) -> None:
        """Remember an answer, unless something that it rests on changed just now. Nothing is said
        where it cannot be kept.
        """
        with contextlib.suppress(OSError, ForgeError):
            signs = {each: self._sign(each) for each in asked.paths}
            if None in signs.values():
                return
            kept = {
                "key": self._key,
                "plan": hashlib.sha256(data).hexdigest(),
                "sound": found.sound,
                "asked": {"paths": signs, "listing": self._listing if asked.listed else None},
                "findings": [asdict(each) for each in found.findings],
                "items": [(command, verdict.as_data()) for command, verdict in found.items],
            }
            place = self._place(path)
            place.parent.mkdir(parents=True, exist_ok=True)
            made = place.with_name(f".{place.name}-{os.getpid()}")
            made.write_bytes(json.dumps(kept).encode())
            made.replace(place)


def _verdict(kept: dict[str, object]) -> Verdict:
    evidence = tuple(Evidence(**each) for each in kept.pop("evidence"))  # type: ignore[attr-defined]
    return Verdict(**kept, evidence=evidence)  # type: ignore[arg-type]


def _times(folder: Path) -> Iterator[int]:
    """Yield when each source file of forge changed: an answer of other code is no answer."""
    judges = "check/must_haves"
    for place in (
        judges,
        f"{judges}/exports",
        f"{judges}/imports",
        f"{judges}/artifacts",
        f"{judges}/links",
        f"{judges}/code",
        "planning",
        "text",
        "git",
        "views",
    ):
        with contextlib.suppress(OSError), os.scandir(folder / place) as entries:
            yield from (entry.stat().st_mtime_ns for entry in entries if entry.name.endswith(".py"))
