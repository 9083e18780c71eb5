"""The numbers of plans and phases that were given in this clone, one file each."""

from __future__ import annotations

import os
from pathlib import Path

from forge import regular
from forge.atomic import STAGED
from forge.git.intent.staging import discard
from forge.git.lockfile import prepared_path
from forge.git.repository import Repository

FOLDER = "numbers"  # in forge's part of the common git directory


class NumberTaken(Exception):
    """Another work tree reserved the number first."""


def number_path(repository: Repository, reservation: str) -> Path:
    """Return the file of a reserved number, given as `SERIES/NUMBER`."""
    return repository.forge_dir / FOLDER / reservation


def reserve(repository: Repository, reservation: str, owner: str) -> None:
    """Reserve a number for an intent. Raises NumberTaken, OSError."""
    path = number_path(repository, reservation)
    path.parent.mkdir(parents=True, exist_ok=True)
    staged = prepared_path(repository, STAGED)
    try:
        staged.write_text(owner, "ascii")
        os.link(staged, path)
    except FileExistsError as error:
        raise NumberTaken(reservation) from error
    finally:
        discard(None, os.fspath(staged))


def release(repository: Repository, reservation: str, owner: str) -> None:
    """Give a number back if this intent reserved it. Raises OSError."""
    path = number_path(repository, reservation)
    try:
        if regular.read_text(path) == owner:
            os.unlink(path)
    except FileNotFoundError:
        return
