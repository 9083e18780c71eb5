"""The mark in the environment of everything that a run, or a command outside a run, starts.

It names the run, the clone and the folder of approvals. A copied folder has runs with the same
ids, so an id alone does not tell whose process it is.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from forge.git.clone import clone_id, known_clone_id
from forge.git.repository import Repository

RUN = "FORGE_RUN_ID"
"""The environment variable with the id of the run."""

PLACE = "FORGE_RUN_MARK"
"""The environment variable with the clone of the run, and a hash of the folder of approvals."""


class Mark(NamedTuple):
    """What marks a process: its run, the id of the clone, and which approvals the user has."""

    run: str
    clone: str
    state: str

    @classmethod
    def new(cls, repository: Repository, run: str, state: Path) -> Mark:
        """Return the mark for what a run of this clone starts. Raises StorageFailed."""
        return cls(run, clone_id(repository), _digest(state))

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> Mark | None:
        """Return the mark in an environment; None without one. One that lost its place has no
        clone.
        """
        run = variables.get(RUN, "")
        clone, _, state = variables.get(PLACE, "").partition(".")
        return cls(run, clone, state) if run else None

    def variables(self) -> dict[str, str]:
        """Return the environment variables that mark a child."""
        return {RUN: self.run, PLACE: f"{self.clone}.{self.state}"}

    def is_of_clone(self, repository: Repository) -> bool:
        """Return whether it marks a process of this clone."""
        return bool(self.clone) and self.clone == known_clone_id(repository)

    def has_approvals(self, state: Path) -> bool:
        """Return whether it marks a process with these approvals."""
        return self.state == _digest(state)


def _digest(state: Path) -> str:
    path = os.fsencode(os.path.realpath(state))
    return hashlib.sha256(path).hexdigest()[:16]
