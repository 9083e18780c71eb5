"""The submodules that the user's index tracks, without starting git."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from forge import regular
from forge.git import modes
from forge.git.index.private_index import Stamp, index_stamp
from forge.git.index.rule_files import tracked_rules
from forge.git.lazy_pygit2 import pygit2
from forge.git.repository import Repository


def submodule_paths(repository: Repository) -> tuple[str, ...]:
    """Return the paths of submodules; none if the index cannot be read."""
    return _paths(repository.git_dir / "index", index_stamp(repository))


@lru_cache(maxsize=8)
def _paths(index: Path, stamp: Stamp) -> tuple[str, ...]:
    if stamp is None:
        return ()
    rules = tracked_rules(index)
    if rules is not None and not rules.has_submodule:
        return ()
    try:
        if regular.read(index, most=regular.LARGEST_IN_TREE)[:4] != b"DIRC":
            return ()
        return tuple(
            entry.path
            for entry in pygit2.Index(os.fspath(index))
            if int(entry.mode) == modes.SUBMODULE
        )
    except (pygit2.GitError, OSError, ValueError):
        return ()
