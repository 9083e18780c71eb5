"""The user's index: checks it, pins it, rebuilds it, and sets single entries in it."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import time
from collections.abc import Mapping
from pathlib import Path

from forge import regular
from forge.errors import StorageFailed
from forge.git import program
from forge.git.index import fast_index
from forge.git.index.private_index import PrivateIndex, private_index
from forge.git.repository import Repository
from forge.git.tree_entries import Entry

_CHECKSUM = 20  # bytes at the end of an index
_REMOVED = (0, "0" * 40)


def index_damage(repository: Repository) -> str | None:
    """Return what is wrong with the index file, or None. Git itself accepts a truncated index."""
    try:
        data = regular.read(repository.git_dir / "index", most=regular.LARGEST_IN_TREE)
    except FileNotFoundError:
        return "is gone"
    if data[:4] != b"DIRC" or len(data) <= _CHECKSUM:
        return "is damaged"
    content, checksum = data[:-_CHECKSUM], data[-_CHECKSUM:]
    if hashlib.sha1(content, usedforsecurity=False).digest() == checksum:
        return None
    unsigned = checksum == bytes(_CHECKSUM) and _omits_checksum(repository)
    return None if unsigned else "is damaged"


def _omits_checksum(repository: Repository) -> bool:
    config = repository.objects.config
    names = ("index.skiphash", "feature.manyfiles")
    return any(name in config and config.get_bool(name) for name in names)


def hidden_paths(repository: Repository, index: Path) -> set[str]:
    """Return the paths that an index hides from `git status`: skip-worktree, assume-unchanged."""
    output = repository.git("ls-files", "-v", "-z", env={"GIT_INDEX_FILE": str(index)})
    lines = program.fields(output)
    return {line[2:] for line in lines if line[0] == "S" or line[0].islower()}


def pin_index(repository: Repository, path: Path) -> None:
    """Keep the present index readable at a path while git replaces the index; nothing is there if
    there is none.
    """
    path.unlink(missing_ok=True)
    index = repository.git_dir / "index"
    with contextlib.suppress(FileNotFoundError):
        try:
            os.link(index, path)
        except OSError:
            shutil.copy2(index, path)


def rebuild_index(repository: Repository, aside: Path) -> None:
    """Build the user's index from HEAD; the previous file is kept in the folder `aside`."""
    index = repository.git_dir / "index"
    with private_index(repository) as copy:
        copy.path.unlink(missing_ok=True)
        copy.git("reset", "-q", "HEAD", "--", ".")
        if index.exists():
            aside.mkdir(parents=True, exist_ok=True)
            shutil.copy2(index, aside / f"index-{int(time.time())}")
        copy.publish()


def put_entries(repository: Repository, entries: Mapping[str, Entry]) -> None:
    """Set entries of the user's index; None removes a path, all other entries stay.

    Raises GitFailed, Held, StorageFailed.
    """
    while True:
        with private_index(repository) as copy:
            if not _put_without_git(copy, entries):
                _put_with_git(copy, entries)
            if copy.publish():
                return


def _put_with_git(copy: PrivateIndex, entries: Mapping[str, Entry]) -> None:
    removed_first = sorted(entries.items(), key=lambda item: (item[1] is not None, item[0]))
    lines = []
    for path, entry in removed_first:
        mode, oid = entry or _REMOVED
        lines.append(f"{mode:o} {oid}\t".encode() + os.fsencode(path) + b"\0")
    copy.git("update-index", "--replace", "-z", "--index-info", stdin=b"".join(lines))


def _put_without_git(copy: PrivateIndex, entries: Mapping[str, Entry]) -> bool:
    """Set entries in a plain copy; return False if git has to do it."""
    index = fast_index.read(copy.path)
    data = index.with_entries(copy.repository, entries) if index else None
    if data is None:
        return False
    try:
        copy.path.write_bytes(data)
    except OSError as error:
        raise StorageFailed.of(error) from error
    return True
