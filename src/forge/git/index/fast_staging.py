"""Staging without git, where git could do nothing but take files as they lie: no filter, and no
rule that ignores what is new.

Whatever is out of the ordinary (a name that git might refuse, a file that changes while it is read,
a repository in a folder) is left to `git add`.
"""

from __future__ import annotations

import itertools
import os
import re
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from forge.errors import StorageFailed
from forge.git import modes
from forge.git.fsync import without_fsync
from forge.git.index.clean_check import RULES, CleanCheck
from forge.git.index.conversion import (
    adds_unconverted,
    folders_of,
    ignores_nothing,
    stores_unconverted,
)
from forge.git.index.fast_index import MOST_BYTES, PlainIndex, content
from forge.git.lazy_pygit2 import pygit2
from forge.git.repository import Repository
from forge.git.tree_entries import Entry

_MOST_CHANGED = 100  # files; with more of them, or many to look at, git is as fast
_MOST_LOOKED_AT = 1_000
_ODD = re.compile(
    r"[^ -~]|[:\\~]|[. ](?:/|$)|(?:^|/)\.git", re.IGNORECASE
)  # git knows what such names mean to other systems

ChangedEntries = dict[str, tuple[Entry, Entry]]


class Found(NamedTuple):
    """Paths with what `lstat` says of them: those that are not as the index has them, None where
    one is gone, and those that are, by their bytes, while their times do not tell.
    """

    differing: Mapping[str, os.stat_result | None]
    touched: Mapping[str, os.stat_result]


def staged(
    looking: CleanCheck, index: PlainIndex, exclude: Callable[[str], bool], target: Path
) -> ChangedEntries | None:
    """Write an index to `target` that holds all that lies in the work tree, its blobs not flushed
    to the disk yet.

    Excluded paths stay as they are in it. Returns each path that changed with its entries before
    and after; None, and nothing is written, where git has to do it. Raises StorageFailed.
    """
    repository = looking.repository
    try:
        found = (
            _found(looking, index, exclude)
            if len(index.entries) <= _MOST_LOOKED_AT and adds_unconverted(repository)
            else None
        )
        if found is None:
            return None
        with without_fsync():
            entries = {
                path: _stored(repository, path, seen) for path, seen in found.differing.items()
            }
        touched = {path: index.entries[path].entry for path in found.touched}
        seen = {
            path: seen
            for path, seen in {**found.touched, **found.differing}.items()
            if seen is not None
        }
        data = index.with_entries(repository, {**touched, **entries}, seen)
    except (OSError, pygit2.GitError):
        return None
    if data is None:
        return None
    try:
        target.write_bytes(data)
    except OSError as error:
        raise StorageFailed.of(error) from error
    return {
        path: (index.entries[path].entry if path in index.entries else None, entry)
        for path, entry in entries.items()
    }


def _found(looking: CleanCheck, index: PlainIndex, exclude: Callable[[str], bool]) -> Found | None:
    """Look at the work tree; None where git has to say what is new, or anything is out of the
    ordinary. Raises OSError.
    """
    repository = looking.repository
    new = list(itertools.islice(looking.unknown(index, exclude), _MOST_CHANGED + 1))
    if new and (
        not ignores_nothing(repository)
        or any(path.rpartition("/")[2] == RULES for path in index.entries)
    ):
        return None
    looked = {path: index.look(repository, path) for path in index.entries if not exclude(path)}
    changed = [path for path, seen in looked.items() if seen is None]
    if len(new) + len(changed) > _MOST_CHANGED or any(map(_ODD.search, (*new, *changed))):
        return None
    folders = {folder for path in index.entries for folder in folders_of(path)}
    differing = {path: _seen(f"{repository.root}/{path}") for path in (*new, *changed)}
    plain = all(
        _is_plain(repository, index, path, seen)
        for path, seen in differing.items()
        if seen is not None
    )
    touched = {path: seen for path, seen in looked.items() if isinstance(seen, os.stat_result)}
    return Found(differing, touched) if plain and folders.isdisjoint(new) else None


def _seen(place: str) -> os.stat_result | None:
    """Look at a file; None where there is none, or a folder in its place. Raises OSError."""
    try:
        found = os.lstat(place)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return None if stat.S_ISDIR(found.st_mode) else found


def _is_plain(repository: Repository, index: PlainIndex, path: str, seen: os.stat_result) -> bool:
    return (
        bool(modes.of_file(seen))
        and seen.st_size <= MOST_BYTES
        and stores_unconverted(repository, path, index.entries)
    )


def _stored(repository: Repository, path: str, seen: os.stat_result | None) -> Entry:
    """Store a file as it was seen, and return its entry; None for none. Raises OSError where it is
    another one by now.
    """
    if seen is None:
        return None
    place = f"{repository.root}/{path}"
    data = content(place, modes.of_file(seen))
    now = os.lstat(place)
    if len(data) > MOST_BYTES or (
        now.st_ino,
        now.st_size,
        now.st_mtime_ns,
        now.st_ctime_ns,
        now.st_mode,
    ) != (seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_mode):
        raise OSError(f"{path} changed while it was read")
    return modes.of_file(seen), str(repository.objects.create_blob(data))
