"""Where the files of runs are stored in this clone, and what they are called."""

from __future__ import annotations

import os
import re
from pathlib import Path

from forge import regular
from forge.git.repository import Repository

CARD_FILE = "run.yaml"
LOG_FILE = "timeline.jsonl"
WORK_TREE = "work-tree"
"""The file of a live folder that names the git folder of its work tree, relative to the common one:
`.`, or `worktrees/NAME`. No absolute path: the folder may be renamed, mounted elsewhere or copied.
"""

GUARD_FILE = "guarded.json"
"""The record of what git obeyed before code of a run, or of a command outside runs, was started."""

_MAIN = "."
_NAME = re.compile(r"worktrees/(?!\.\.?$)[^/\0]+")


def live_folder(repository: Repository, run: str = "") -> Path:
    """Return the folder of one live run; without a run, the folder that contains them."""
    return repository.forge_dir / "runs" / run


def live_folders_here(repository: Repository) -> list[Path]:
    """Return the folders of this work tree's live runs, readable or not."""
    folder = live_folder(repository)
    if not folder.is_dir():
        return []
    return [place for place in sorted(folder.iterdir()) if belongs_here(repository, place)]


def belongs_here(repository: Repository, folder: Path) -> bool:
    """Return whether a live folder is that of a run of this work tree."""
    name = _named_in(folder)
    return name is None or name == work_tree_name(repository)


def work_tree_name(repository: Repository) -> str:
    """Return what the file WORK_TREE of a run of this work tree says."""
    if repository.git_dir == repository.common_dir:
        return _MAIN
    return f"worktrees/{repository.git_dir.name}"


def git_dir_of(folder: Path) -> Path | None:
    """Return the git folder of the work tree that a live run belongs to; None if it names none."""
    name = _named_in(folder)
    return None if name is None else folder.parents[2] / name


def _named_in(folder: Path) -> str | None:
    try:
        name = regular.read_text(folder / WORK_TREE)
    except OSError:
        return None
    return name if name == _MAIN or _NAME.fullmatch(name) else None


def guard_records(repository: Repository) -> list[Path]:
    """Return the folders of runs and of commands outside runs whose code is at work, or was when
    forge was killed; those of every work tree of this clone.
    """
    found = []
    for name in ("runs", "commands"):
        parent = f"{repository.forge_dir}/{name}"
        try:
            entries = sorted(os.listdir(parent))
        except OSError:
            continue
        found += [f"{parent}/{entry}" for entry in entries]
    return [Path(folder) for folder in found if os.path.lexists(f"{folder}/{GUARD_FILE}")]


def lock_path(repository: Repository) -> Path:
    """Return the lock file of this work tree."""
    name = "main" if repository.git_dir == repository.common_dir else repository.git_dir.name
    return repository.forge_dir / "locks" / f"{name}.lock"
