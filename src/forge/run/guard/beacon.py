"""The mark by which descendants of a process that runs foreign code find it.

It is a sealed file in memory (memfd_create(2), F_ADD_SEALS) that the process keeps open: its
descendants read it below `/proc/PID/fd`, do not inherit it, and can neither change nor remove it.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from forge.git.repository import Repository
from forge.run.guard.ancestry import ancestors

_NAME = "forge-foreign-code"
_LINK = f"/memfd:{_NAME}"
_MOST_BYTES = 1 << 16


class Place(NamedTuple):
    """A folder by its resolved path, and by its device and number if it exists."""

    path: str
    device: int = 0
    number: int = 0

    @classmethod
    def of(cls, folder: Path) -> Place:
        path = os.path.realpath(folder)
        try:
            facts = os.stat(path)
        except OSError:
            return cls(path)
        return cls(path, facts.st_dev, facts.st_ino)

    def same_as(self, other: Place) -> bool:
        """Return whether both are one folder, under whatever path."""
        if self.number and (self.device, self.number) == (other.device, other.number):
            return True
        return self.path == other.path


class Beacon(NamedTuple):
    """What runs foreign code, and for what: a run, or a command such as `verify --run`.

    `clone` is the common git directory of its work trees, `state` the folder of the user's
    approvals, `address` the socket of the process.
    """

    what: str
    clone: Place
    state: Place
    address: str
    pid: int

    @classmethod
    def new(cls, what: str, repository: Repository, state: Path, address: str) -> Beacon:
        return cls(what, Place.of(repository.common_dir), Place.of(state), address, os.getpid())

    def covers(self, clone: Place | None, state: Place) -> bool:
        """Return whether a command in this clone, or with these approvals, is within reach."""
        return (clone is not None and self.clone.same_as(clone)) or self.state.same_as(state)

    def light(self) -> int:
        """Return a descriptor that shows this beacon until it is closed. Raises OSError."""
        descriptor = os.memfd_create(_NAME, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        os.write(descriptor, json.dumps(self).encode("utf-8", "surrogateescape"))
        fcntl.fcntl(
            descriptor,
            fcntl.F_ADD_SEALS,
            fcntl.F_SEAL_SEAL | fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK,
        )
        return descriptor


def beacons_above(pid: int) -> Iterator[Beacon]:
    """Yield the beacons of a process's ancestors, the nearest first."""
    for ancestor in ancestors(pid):
        yield from beacons_of(ancestor)


def beacons_of(pid: int) -> Iterator[Beacon]:
    """Yield the beacons that a process shows."""
    folder = f"/proc/{pid}/fd"
    with contextlib.suppress(OSError):
        for name in os.listdir(folder):
            with contextlib.suppress(OSError, ValueError, TypeError):
                if os.readlink(f"{folder}/{name}").startswith(_LINK):
                    yield _read(f"{folder}/{name}")


def _read(path: str) -> Beacon:
    """Raises OSError, ValueError and TypeError for a file that is no beacon."""
    with open(path, "rb", buffering=0) as file:
        file.seek(0)
        what, clone, state, address, pid = json.loads(file.read(_MOST_BYTES))
    return Beacon(what, Place(*clone), Place(*state), address, pid)
