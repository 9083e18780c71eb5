"""Stages a small work tree without git, if git would store every file byte by byte.

Everything unusual is left to `git add`: names that git might refuse, files that change while they
are read, ignore rules that decide about new files, nested repositories.
"""

from __future__ import annotations

import itertools
import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from forge.errors import StorageFailed
from forge.git import modes
from forge.git.fsync import without_fsync
from forge.git.index.clean_check import IGNORE_FILE, CleanCheck
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

# With more tracked files `git add` is as fast: its start costs less than looking at each file here.
# Measured in milliseconds for one changed file, without git and with it: 1.2 and 4.5 for 20 files,
# 2.3 and 4.0 for 200, 3.5 and 5.1 for 400, 11.2 and 11.1 for 800 (benchmarks/steps.py has the whole
# step).
MOST_FILES = 400
_MOST_CHANGED = 100  # files whose blobs are written one by one
_MOST_NAMES = 4_000  # in a work tree, ignored ones included
# Names that mean something to other systems, which git knows.
_UNUSUAL = re.compile(r"[^ -~]|[:\\~]|[. ](?:/|$)|(?:^|/)\.git", re.IGNORECASE)

Exclude = Callable[[str], bool]
ChangedEntries = dict[str, tuple[Entry, Entry]]
"""Changed paths, each with its index entry before and after."""


class WorkTreeChanges(NamedTuple):
    """Paths with their `lstat` result: `differing` from the index, None if a path is gone, and
    `touched`, whose bytes are as the index has them while their times do not prove it.
    """

    differing: Mapping[str, os.stat_result | None]
    touched: Mapping[str, os.stat_result]


def staged(
    clean_check: CleanCheck, index: PlainIndex, exclude: Exclude, target: Path
) -> ChangedEntries | None:
    """Write an index with the present content of the work tree to `target`; return what changed.

    The new blobs are not flushed yet. Excluded paths keep their entries. Returns None, and writes
    no index, if git has to do it. Raises StorageFailed.
    """
    repository = clean_check.repository
    if len(index.entries) > MOST_FILES or not adds_unconverted(repository):
        return None
    try:
        changes = _changes(clean_check, index, exclude)
        if changes is None:
            return None
        with without_fsync():
            entries = {
                path: _stored(repository, path, status)
                for path, status in changes.differing.items()
            }
        data = _encoded(repository, index, changes, entries)
    except (OSError, pygit2.GitError):
        return None
    if data is None:
        return None
    try:
        target.write_bytes(data)
    except OSError as error:
        raise StorageFailed.of(error) from error
    return {path: (_entry(index, path), entry) for path, entry in entries.items()}


def _entry(index: PlainIndex, path: str) -> Entry:
    return index.entries[path].entry if path in index.entries else None


def _encoded(
    repository: Repository,
    index: PlainIndex,
    changes: WorkTreeChanges,
    entries: Mapping[str, Entry],
) -> bytes | None:
    touched = {path: index.entries[path].entry for path in changes.touched}
    statuses = {
        path: status
        for path, status in {**changes.touched, **changes.differing}.items()
        if status is not None
    }
    return index.with_entries(repository, {**touched, **entries}, statuses)


def _changes(
    clean_check: CleanCheck, index: PlainIndex, exclude: Exclude
) -> WorkTreeChanges | None:
    """Return what changed in the work tree; None if git has to decide. Raises OSError."""
    repository = clean_check.repository
    names = untracked_names(repository, index, exclude, clean_check.known_ignored(exclude))
    new = list(itertools.islice(names, _MOST_CHANGED + 1))
    if new and not _ignores_nothing(repository, index):
        return None
    compared = {
        path: index.compare(repository, path) for path in index.entries if not exclude(path)
    }
    changed = [path for path, result in compared.items() if result is None]
    if len(new) + len(changed) > _MOST_CHANGED or any(map(_UNUSUAL.search, (*new, *changed))):
        return None
    folders = {folder for path in index.entries for folder in folders_of(path)}
    if not folders.isdisjoint(new):
        return None
    differing = {path: _status(f"{repository.root}/{path}") for path in (*new, *changed)}
    if not all(
        status is None or _is_stored_plainly(repository, index, path, status)
        for path, status in differing.items()
    ):
        return None
    touched = {
        path: result for path, result in compared.items() if isinstance(result, os.stat_result)
    }
    return WorkTreeChanges(differing, touched)


def _ignores_nothing(repository: Repository, index: PlainIndex) -> bool:
    return ignores_nothing(repository) and not any(
        path.rpartition("/")[2] == IGNORE_FILE for path in index.entries
    )


def untracked_names(
    repository: Repository, index: PlainIndex, exclude: Exclude, ignored: frozenset[str]
) -> Iterator[str]:
    """Yield each file that is not tracked, excluded or ignored; `ignored` is what git reported.

    An excluded `.gitignore` is yielded, since its rules hold for other files. A nested repository
    yields the files below its `.git`. Raises OSError, also if there are too many names.
    """
    folders = {folder for path in index.entries for folder in folders_of(path)}
    pending, count = [""], 0
    while pending:
        above = pending.pop()
        with os.scandir(f"{repository.root}/{above}") as names:
            for name in names:
                path, count = above + name.name, count + 1
                if path == ".git":
                    continue
                if name.is_dir(follow_symlinks=False):
                    if path in folders or f"{path}/" not in ignored:
                        pending.append(f"{path}/")
                elif path in folders:
                    yield path
                elif path in index.entries or path in ignored:
                    continue
                elif not exclude(path) or name.name == IGNORE_FILE:
                    yield path
        if count > _MOST_NAMES:
            raise OSError(f"more than {_MOST_NAMES} names")


def _status(place: str) -> os.stat_result | None:
    """Return the status of a file; None if it is gone or replaced by a folder. Raises OSError."""
    try:
        status = os.lstat(place)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return None if stat.S_ISDIR(status.st_mode) else status


def _is_stored_plainly(
    repository: Repository, index: PlainIndex, path: str, status: os.stat_result
) -> bool:
    return (
        bool(modes.of_file(status))
        and status.st_size <= MOST_BYTES
        and stores_unconverted(repository, path, index.entries)
    )


def _stored(repository: Repository, path: str, before: os.stat_result | None) -> Entry:
    """Store a file and return its entry; None for a file that is gone.

    Raises OSError if the file changed since `before` was read.
    """
    if before is None:
        return None
    place, mode = f"{repository.root}/{path}", modes.of_file(before)
    data = content(place, mode)
    if len(data) > MOST_BYTES or _identity(os.lstat(place)) != _identity(before):
        raise OSError(f"{path} changed while it was read")
    return mode, str(repository.objects.create_blob(data))


def _identity(status: os.stat_result) -> tuple[int, ...]:
    return (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_mode)
