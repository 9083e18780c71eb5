"""Files that a tool leaves behind: new, untracked, and named by the runner's `litter`. They are set
aside, never committed.
"""

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
    place: str,
) -> list[str]:
    """Move what is new and matches to `forge/litter/<place>/` of the common git directory; return
    the paths.

    A glob with no `/` matches at any depth, and a folder with all that is in it. What was there
    `before` is left alone, and so is a path that is `wanted` by its very name. Raises OSError.
    """
    deep = [glob if "/" in glob.rstrip("/") else f"**/{glob}" for glob in globs]
    matches = matcher(
        [form for glob in deep for form in (glob.rstrip("/"), f"{glob.rstrip('/')}/**")]
    )
    found = sorted(
        path
        for path in untracked(repository) - frozenset(before) - frozenset(wanted)
        if matches(path)
    )
    for path in found:
        target = repository.forge_dir / FOLDER / place / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(repository.root / path, target)
        _remove_empty(repository.root, path)
    return found


def _remove_empty(root: Path, path: str) -> None:
    """Remove the folders that a file leaves empty: git does not know them."""
    with contextlib.suppress(OSError):
        for folder in Path(path).parents:
            if folder != Path():
                os.rmdir(root / folder)
