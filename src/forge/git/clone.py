"""The identity of a clone: random, made once, and not valid in a copy of the folder."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from forge.errors import StorageFailed
from forge.git.repository import Repository


def known_clone_id(repository: Repository) -> str | None:
    """Return this clone's id; None if it has none yet, or if the file is a copy from another
    clone.
    """
    path = _path(repository)
    try:
        data = json.loads(path.read_text("utf-8", "surrogateescape"))
        return str(data["id"]) if data["inode"] == path.stat().st_ino else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def clone_id(repository: Repository) -> str:
    """Return this clone's id; create it if it is missing. Raises StorageFailed."""
    existing = known_clone_id(repository)
    if existing is not None:
        return existing
    path = _path(repository)
    draft = path.with_name(f".clone-{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.touch()
        draft.write_text(
            json.dumps({"id": secrets.token_hex(8), "inode": draft.stat().st_ino}), "utf-8"
        )
        os.replace(draft, path)
    except OSError as error:
        raise StorageFailed.of(error, path) from error
    return known_clone_id(repository) or clone_id(repository)


def restore_clone_id(repository: Repository, identity: str) -> None:
    """Write the id of this clone again if its file was removed. Raises OSError."""
    path = _path(repository)
    if known_clone_id(repository) != identity:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        path.write_text(json.dumps({"id": identity, "inode": path.stat().st_ino}), "utf-8")


def _path(repository: Repository) -> Path:
    return repository.forge_dir / "clone.json"
