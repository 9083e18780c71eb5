"""The files below `.planning/` that matter to lists, each looked at once: its name, and the signs
of what it holds.
"""

from __future__ import annotations

import os
import posixpath
import time
from pathlib import Path

from msgspec import Struct, field

from forge.planning.backlog import paths
from forge.planning.names.plan_files import FOLDER, RUNS

MISSIONS = f"{FOLDER}/missions"
PHASES = f"{FOLDER}/phases"
_MISSIONS = (MISSIONS, paths.ARCHIVED_MISSIONS)
_BACKLOG = (paths.FOLDER, paths.ARCHIVED_ITEMS)
_LEFT_OUT = (RUNS, f"{FOLDER}/proofs")
_OLD = (
    time.time_ns() - 20_000_000
)  # nanoseconds; the times of a file that was old when forge began tell every later change


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
        found.plans[f"{folder}/{name}"] = _signs(entry)
    elif name.endswith("SUMMARY.md"):
        found.summaries.add(f"{folder}/{name}")
    elif (
        name.endswith(".yaml")
        if folder in _MISSIONS
        else folder in _BACKLOG and paths.is_item(name)
    ):
        found.others[f"{folder}/{name}"] = _signs(entry)
    elif name == "README.md" and posixpath.dirname(folder) == PHASES:
        found.phases[folder] = _signs(entry)


def signs_of(path: str | Path) -> str:
    """Return the signs of a file, empty for one that is not there."""
    try:
        return _said(os.stat(path))
    except OSError:
        return ""


def _signs(entry: os.DirEntry[str]) -> str:
    try:
        return _said(entry.stat())
    except OSError:
        return ""


def _said(status: os.stat_result) -> str:
    """Return what changes with a file; empty for one that changed just now, whose times may not
    tell the next change.
    """
    changed, stored = status.st_mtime_ns, status.st_ctime_ns
    settled = changed < _OLD and stored < _OLD
    return f"{status.st_size} {changed} {stored} {status.st_ino}" if settled else ""
