"""The files below `.planning/` that matter to lists, each looked at once: its name, and the signs
of what it holds.
"""

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
    """Paths with their signs; `others` are missions and items, `phases` folders with the signs of
    their pages.
    """

    plans: dict[str, str] = field(default_factory=dict)
    summaries: set[str] = field(default_factory=set)
    others: dict[str, str] = field(default_factory=dict)
    phases: dict[str, str] = field(default_factory=dict)
    archived_phases: list[str] = field(default_factory=list)


def files_below(root: Path) -> Files:
    """Look at each file below `.planning/` once; links to folders are not followed."""
    found = Files()
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
                        found.phases.setdefault(path, "")
                    elif folder == paths.ARCHIVED_PHASES:
                        found.archived_phases.append(path)
            else:
                _take(found, folder, entry)
    return found


def _take(found: Files, folder: str, entry: os.DirEntry[str]) -> None:
    """Put a file where it belongs, by its name and its folder."""
    name = entry.name
    if name.endswith("PLAN.md"):
        found.plans[f"{folder}/{name}"] = stamps.of_entry(entry)
    elif name.endswith("SUMMARY.md"):
        found.summaries.add(f"{folder}/{name}")
    elif (
        name.endswith(".yaml")
        if folder in _MISSIONS
        else folder in _BACKLOG and paths.is_item(name)
    ):
        found.others[f"{folder}/{name}"] = stamps.of_entry(entry)
    elif name == "README.md" and posixpath.dirname(folder) == PHASES:
        found.phases[folder] = stamps.of_entry(entry)
