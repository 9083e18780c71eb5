"""The identity of a clone: an id that was made at random, bound to the git directory itself.

A renamed or remounted folder is the same clone. A copy, a restored backup and a folder that was
moved to another file system have another git directory, so they are other clones.
"""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from forge import regular
from forge.errors import StorageFailed
from forge.git.birth_time import birth_time
from forge.git.repository import Repository

Place = dict[str, object]


def known_clone_id(repository: Repository) -> str | None:
    """Return this clone's id; None if it has none yet, or if the file came along from another
    clone.
    """
    try:
        data = json.loads(regular.read_text(_path(repository)))
        return str(data["id"]) if data["git_dir"] == _place(repository) else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def clone_id(repository: Repository) -> str:
    """Return this clone's id; create it if it is missing. Raises StorageFailed."""
    existing = known_clone_id(repository)
    if existing is not None:
        return existing
    identity = secrets.token_hex(8)
    try:
        _write(repository, identity)
    except OSError as error:
        raise StorageFailed.of(error, _path(repository)) from error
    return known_clone_id(repository) or identity


def restore_clone_id(repository: Repository, identity: str) -> None:
    """Write the id of this clone again if its file was removed. Raises OSError."""
    if known_clone_id(repository) != identity:
        _write(repository, identity)


def _write(repository: Repository, identity: str) -> None:
    path = _path(repository)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".clone-{secrets.token_hex(4)}")
    draft.write_text(json.dumps({"id": identity, "git_dir": _place(repository)}), "utf-8")
    os.replace(draft, path)


def _place(repository: Repository) -> Place:
    """Return what no other git directory has in common with this one: its inode, and when that was
    made.

    The number of the device changes when a disk is mounted again, so it counts only if the file
    system does not record when an inode was made. Raises OSError.
    """
    status = os.stat(repository.common_dir)
    born = birth_time(repository.common_dir)
    if born is None:
        return {"inode": status.st_ino, "device": status.st_dev}
    return {"inode": status.st_ino, "born": born}


def _path(repository: Repository) -> Path:
    return repository.forge_dir / "clone.json"
