"""Stages the work tree in a private index."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path

from forge.errors import GitFailed
from forge.git import program
from forge.git.fsync import sync_file_system, sync_together
from forge.git.index import fast_index, fast_staging
from forge.git.index.clean_check import CleanCheck
from forge.git.index.fast_staging import ChangedEntries
from forge.git.index.private_index import PrivateIndex
from forge.git.status import STATUS, StatusEntry, parse_status

# Objects in packs are flushed by git, loose ones later by the caller, all together.
_WITHOUT_FSYNC = ("-c", "core.fsync=pack,pack-metadata")


def changed_paths(copy: PrivateIndex) -> list[StatusEntry]:
    """Return everything uncommitted according to a copy; nested repositories end in `/`."""
    return parse_status(copy.git(*STATUS))


def stage_everything(copy: PrivateIndex) -> None:
    """Stage the whole work tree, except ignored files and nested repositories."""
    paths = [entry.path for entry in changed_paths(copy)]
    stage_paths(copy, [path for path in paths if not path.endswith("/")])


def stage_paths(copy: PrivateIndex, paths: Sequence[str], *, flush: bool = True) -> None:
    """Stage the present content of paths that `changed_paths` returned. Raises GitFailed.

    Without `flush` the caller flushes the new blobs before anything refers to them. This is not
    `git add`, which compares each path with each argument and is slow for thousands of paths.
    """
    removed = _below_links(copy.repository.root, paths)
    if removed:  # git refuses a path if one of its folders has become a link
        names = program.nul_joined(sorted(removed))
        copy.git("update-index", "--force-remove", "-z", "--stdin", stdin=names)
        paths = [path for path in paths if path not in removed]
    if not paths:
        return
    together = flush and sync_together(len(paths))
    settings = () if flush and not together else _WITHOUT_FSYNC
    words = ("update-index", "--add", "--remove", "--replace", "-z", "--stdin")
    copy.git(*settings, *words, stdin=program.nul_joined(paths))
    if together:
        sync_file_system(copy.repository)


def _below_links(root: Path, paths: Sequence[str]) -> set[str]:
    """Return the paths that are below a symbolic link: the files that git tracks there are gone."""
    linked: dict[str, bool] = {"": False}

    def is_linked(folder: str) -> bool:
        if folder not in linked:
            above = folder.rpartition("/")[0]
            linked[folder] = is_linked(above) or (root / folder).is_symlink()
        return linked[folder]

    return {path for path in paths if is_linked(path.rstrip("/").rpartition("/")[0])}


def stage_tree(
    copy: PrivateIndex, exclude: Callable[[str], bool], clean_check: CleanCheck
) -> ChangedEntries | None:
    """Stage the whole work tree with at most one git process; return the changed entries.

    Returns None, and leaves the copy unusable, if that is not possible: something was staged
    before, an excluded path changed, there is a nested repository, the index is not plain, or git
    refused a path.
    """
    head, before = copy.repository.head().commit, fast_index.read(copy.path)
    if head is None or before is None or not before.holds(copy.repository, head):
        return None
    changed = fast_staging.staged(clean_check, before, exclude, copy.path)
    if changed is not None:
        return changed
    with contextlib.suppress(GitFailed):
        copy.git(*_WITHOUT_FSYNC, "add", "-A")
        after = fast_index.read(copy.path, small=False)
        if after is not None:
            changed = before.changed_entries(after)
            return None if any(map(exclude, changed)) else changed
    return None
