"""The identity of a clone: random, made once, and not brought along by a copy of the folder."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from forge.errors import StorageFailed
from forge.git.repository import Repository


def known_clone_id(repository: Repository) -> str | None:
    """Return this clone's id; None where it has none yet, or where the file was copied from another
    clone.
    """
    path = _path(repository)
    try:
        found = json.loads(path.read_text("utf-8", "surrogateescape"))
        return str(found["id"]) if found["inode"] == path.stat().st_ino else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def clone_id(repository: Repository) -> str:
    """Return this clone's id, made if need be. Raises StorageFailed."""
    known = known_clone_id(repository)
    if known is not None:
        return known
    path = _path(repository)
    made = path.with_name(f".clone-{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        made.touch()
        made.write_text(
            json.dumps({"id": secrets.token_hex(8), "inode": made.stat().st_ino}), "utf-8"
        )
        os.replace(made, path)
    except OSError as error:
        raise StorageFailed.of(error, path) from error
    return known_clone_id(repository) or clone_id(repository)


def restore_clone_id(repository: Repository, identity: str) -> None:
    """Put the id of this clone back where the file was removed. Raises OSError."""
    path = _path(repository)
    if known_clone_id(repository) != identity:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        path.write_text(json.dumps({"id": identity, "inode": path.stat().st_ino}), "utf-8")


def _path(repository: Repository) -> Path:
    return repository.forge_dir / "clone.json"
