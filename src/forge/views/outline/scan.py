"""The files below `.planning/` that the outline is made of, with their stamps, in one scan."""

from __future__ import annotations

import os
import posixpath
from pathlib import Path

from msgspec import Struct, field

from forge.cache import stamps
from forge.planning.backlog import paths
from forge.planning.names.plan_files import FOLDER, RUNS

MISSIONS = f"{FOLDER}/missions"
PHASES = f"{FOLDER}/phases"
_MISSIONS = (MISSIONS, paths.ARCHIVED_MISSIONS)
_BACKLOG = (paths.FOLDER, paths.ARCHIVED_ITEMS)
_LEFT_OUT = (RUNS, f"{FOLDER}/proofs")


class Files(Struct):
    """Paths with the stamps of their files. `others` are missions and items; `phases` are folders,
    with the stamps of their README.md.
    """

    plans: dict[str, str] = field(default_factory=dict)
    summaries: set[str] = field(default_factory=set)
    others: dict[str, str] = field(default_factory=dict)
    phases: dict[str, str] = field(default_factory=dict)
    archived_phases: list[str] = field(default_factory=list)


def files_below(root: Path) -> Files:
    """Return the files below `.planning/`. Links to folders are not followed."""
    files = Files()
    folders = [FOLDER]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(f"{root}/{folder}") as scan:
                entries = sorted(scan, key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                path = f"{folder}/{entry.name}"
                if path not in _LEFT_OUT:
                    folders.append(path)
                    if folder == PHASES:
                        files.phases.setdefault(path, "")
                    elif folder == paths.ARCHIVED_PHASES:
                        files.archived_phases.append(path)
            else:
                _take(files, folder, entry)
    return files


def _take(files: Files, folder: str, entry: os.DirEntry[str]) -> None:
    """Add a file to its kind, by its name and its folder."""
    name = entry.name
    if name.endswith("PLAN.md"):
        files.plans[f"{folder}/{name}"] = stamps.of_entry(entry)
    elif name.endswith("SUMMARY.md"):
        files.summaries.add(f"{folder}/{name}")
    elif (
        name.endswith(".yaml")
        if folder in _MISSIONS
        else folder in _BACKLOG and paths.is_item(name)
    ):
        files.others[f"{folder}/{name}"] = stamps.of_entry(entry)
    elif name == "README.md" and posixpath.dirname(folder) == PHASES:
        files.phases[folder] = stamps.of_entry(entry)
