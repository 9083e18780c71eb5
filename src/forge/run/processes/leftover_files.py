"""Sets aside files that a tool leaves: new, untracked, and matching the runner's `litter` globs."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Collection
from pathlib import Path

from forge.git.repository import Repository
from forge.planning.plan.scope import matcher

FOLDER = "litter"


def untracked(repository: Repository) -> frozenset[str]:
    """Return the files that git does not track and does not ignore."""
    return frozenset(
        entry.path
        for entry in repository.dirty()
        if entry.staged == "?" and not entry.path.endswith("/")
    )


def set_aside(
    repository: Repository,
    globs: Collection[str],
    before: Collection[str],
    wanted: Collection[str],
    name: str,
) -> list[str]:
    """Move new files that match to `forge/litter/<name>/` of the common git directory.

    Return their paths. A glob without `/` matches at any depth; a folder matches with its
    content. Files that existed `before` and files `wanted` by their exact path stay. Raises
    OSError.
    """
    deep = [glob if "/" in glob.rstrip("/") else f"**/{glob}" for glob in globs]
    matches = matcher(
        [form for glob in deep for form in (glob.rstrip("/"), f"{glob.rstrip('/')}/**")]
    )
    new = untracked(repository) - frozenset(before) - frozenset(wanted)
    leftovers = sorted(path for path in new if matches(path))
    for path in leftovers:
        target = repository.forge_dir / FOLDER / name / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(repository.root / path, target)
        _remove_empty_folders(repository.root, path)
    return leftovers


def _remove_empty_folders(root: Path, path: str) -> None:
    with contextlib.suppress(OSError):
        for folder in Path(path).parents:
            if folder != Path():
                os.rmdir(root / folder)
