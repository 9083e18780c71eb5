"""Staging without git, where git could do nothing but take files as they lie: no filter, and no rule that ignores what is new.

Whatever is out of the ordinary (a name that git might refuse, a file that changes while it is read, a repository in a
folder) is left to `git add`.
"""

from __future__ import annotations

import itertools
import os
import re
import stat
from collections.abc import Callable, Mapping
from pathlib import Path

from forge.git.late import pygit2
from forge.git.looking import RULES, Looking
from forge.git.manners import adds_raw, folders_of, ignores_nothing, stores_raw
from forge.git.plain_index import MOST_BYTES, PlainIndex, content, git_mode
from forge.git.repository import Repository
from forge.git.syncing import unsynced
from forge.git.trees import Entry

_MOST_CHANGED = 100  # files; with more of them, or many to look at, git is as fast
_MOST_LOOKED_AT = 1_000
_ODD = re.compile(r"[^ -~]|[:\\~]|[. ](?:/|$)|(?:^|/)\.git", re.IGNORECASE)  # git knows what such names mean to other systems

Changed = dict[str, tuple[Entry, Entry]]


def staged(looking: Looking, index: PlainIndex, exclude: Callable[[str], bool], target: Path) -> Changed | None:
    """Write an index to `target` that holds all that lies in the work tree, its blobs not flushed to the disk yet.

    Excluded paths stay as they are in it. Returns each path that changed with its entries before and after; None, and nothing
    is written, where git has to do it.
    """
    repository = looking.repository
    try:
        found = _differing(looking, index, exclude) if len(index.entries) <= _MOST_LOOKED_AT and adds_raw(repository) else None
        if found is None:
            return None
        with unsynced():
            entries = {path: _stored(repository, path, seen) for path, seen in found.items()}
        data = index.with_entries(repository, entries, {path: seen for path, seen in found.items() if seen is not None})
        if data is None:
            return None
        target.write_bytes(data)
    except (OSError, pygit2.GitError):
        return None
    return {path: (index.entries[path].entry if path in index.entries else None, entry) for path, entry in entries.items()}


def _differing(
    looking: Looking, index: PlainIndex, exclude: Callable[[str], bool]
) -> Mapping[str, os.stat_result | None] | None:
    """Return each path that is not as the index has it, with what `lstat` says of it, None where it is gone.

    None where git has to say what is new, and where anything is out of the ordinary. Raises OSError.
    """
    new = list(itertools.islice(looking.unknown(index, exclude), _MOST_CHANGED + 1))
    if new and (not ignores_nothing(looking.repository) or any(path.rpartition("/")[2] == RULES for path in index.entries)):
        return None
    changed = [path for path in index.entries if not (exclude(path) or index.lies(looking.repository, path))]
    if len(new) + len(changed) > _MOST_CHANGED or any(map(_ODD.search, (*new, *changed))):
        return None
    folders = {folder for path in index.entries for folder in folders_of(path)}
    found = {path: _seen(f"{looking.repository.root}/{path}") for path in (*new, *changed)}
    plain = all(_is_plain(looking.repository, index, path, seen) for path, seen in found.items() if seen is not None)
    return found if plain and folders.isdisjoint(new) else None


def _seen(place: str) -> os.stat_result | None:
    """Look at a file; None where there is none, or a folder in its place. Raises OSError."""
    try:
        found = os.lstat(place)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return None if stat.S_ISDIR(found.st_mode) else found


def _is_plain(repository: Repository, index: PlainIndex, path: str, seen: os.stat_result) -> bool:
    return bool(git_mode(seen)) and seen.st_size <= MOST_BYTES and stores_raw(repository, path, index.entries)


def _stored(repository: Repository, path: str, seen: os.stat_result | None) -> Entry:
    """Store a file as it was seen, and return its entry; None for none. Raises OSError where it is another one by now."""
    if seen is None:
        return None
    place = f"{repository.root}/{path}"
    data = content(place, git_mode(seen))
    now = os.lstat(place)
    if len(data) > MOST_BYTES or (now.st_ino, now.st_size, now.st_mtime_ns, now.st_ctime_ns, now.st_mode) != (
        seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_mode
    ):  # fmt: skip
        raise OSError(f"{path} changed while it was read")
    return git_mode(seen), str(repository.objects.create_blob(data))
