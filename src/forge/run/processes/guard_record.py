"""What git obeyed before foreign code was started, kept on the disk until that was compared.

A forge process that is killed in between compares nothing. The next one does, before it starts git:
the record is there exactly as long as foreign code runs or what it did to git is not known.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import msgspec
from msgspec import Struct

from forge import atomic, regular
from forge.git import guarded_files
from forge.git.file_signature import Signatures
from forge.git.index.user_index import hidden_paths, index_damage, pin_index
from forge.git.repository import Repository
from forge.records.store import GUARD_FILE

_INDEX = "guarded-index"
_ALTERED = " (this record of what was there is gone or damaged)"


class _Record(Struct, frozen=True):
    """The paths that git obeyed and their signatures, with the folders of the repository then."""

    folders: tuple[str, ...]
    places: guarded_files.Places
    signed: Signatures


def write(
    folder: Path, repository: Repository, places: guarded_files.Places, signed: Signatures
) -> None:
    """Keep the present state of a repository, its index included. Raises StorageFailed, OSError."""
    record = _Record(_folders(repository), places, signed)
    data = msgspec.json.encode(record)
    atomic.write(folder / GUARD_FILE, data, durable=False, staging=repository.scratch)
    pin_index(repository, folder / _INDEX)


def forget(folder: Path) -> None:
    """Remove the record: nothing changed, or the user was told what did."""
    for name in (GUARD_FILE, _INDEX):
        with contextlib.suppress(OSError):
            (folder / name).unlink()


def changed_files(folder: Path, repository: Repository) -> list[str]:
    """Return the guarded files that are not as a record says, without starting git; those in the
    tree by their path.
    """
    try:
        data = regular.read(folder / GUARD_FILE, most=regular.LARGEST_IN_TREE)
        record = msgspec.json.decode(data, type=_Record, strict=True)
        moves = list(zip(record.folders, _folders(repository), strict=True))
        if _is_linked(record.folders) or _is_linked(_folders(repository)):
            moves = moves[1:2]  # seen from another work tree, only what all of them share has moved
    except FileNotFoundError:
        return []
    except (OSError, ValueError, msgspec.MsgspecError):
        return [f"{folder / GUARD_FILE}{_ALTERED}"]

    def here(path: str) -> str:
        return _moved(path, moves)

    places = guarded_files.Places(
        *(
            tuple(map(here, getattr(record.places, name)))
            for name in record.places.__struct_fields__
        )
    )
    signed = {here(path): text for path, text in record.signed.items()}
    return differences(repository, places, signed)


def differences(
    repository: Repository, places: guarded_files.Places, signed: Signatures
) -> list[str]:
    """Return the guarded files that are not as they were signed; those in the tree by their path.

    git is not started.
    """
    now = guarded_files.signatures(repository, places)
    paths = now.keys() | signed.keys()
    changed = sorted(path for path in paths if now.get(path) != signed.get(path))
    return [path.removeprefix(f"{repository.root}/") for path in changed]


def newly_hidden(folder: Path, repository: Repository) -> list[str]:
    """Return the paths that the index hides from `git status` and did not hide then.

    git is started: nothing else that it obeys may have changed.
    """
    index, kept = repository.git_dir / "index", folder / _INDEX
    if index_damage(repository) or (kept.exists() and kept.samefile(index)):
        return []
    hidden = hidden_paths(repository, index)
    if hidden and kept.exists():
        hidden -= hidden_paths(repository, kept)
    return sorted(hidden)


def _folders(repository: Repository) -> tuple[str, ...]:
    """Return the folders of a repository, the deepest first."""
    folders = (repository.git_dir, repository.common_dir, repository.root)
    return tuple(os.fspath(folder) for folder in folders)


def _is_linked(folders: tuple[str, ...]) -> bool:
    git_dir, common_dir, _ = folders
    return git_dir != common_dir


def _moved(path: str, moves: list[tuple[str, str]]) -> str:
    """Return where a path is now, if the repository was renamed since."""
    for old, new in moves:
        if path == old or path.startswith(f"{old}/"):
            return new + path.removeprefix(old)
    return path
