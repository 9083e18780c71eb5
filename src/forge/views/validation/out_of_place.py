"""Finds paths that are not the regular file or folder that forge and git read there."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator

from forge import regular
from forge.planning import proof
from forge.planning.backlog import paths as backlog
from forge.planning.mission import mission
from forge.planning.names.plan_files import FOLDER
from forge.records.card import RUNS
from forge.text.finding import Finding

_FOLDERS = (FOLDER, RUNS, proof.FOLDER, mission.FOLDER, backlog.FOLDER, f"{FOLDER}/phases")
_RULE_FILES = (".gitignore", ".gitattributes", f"{RUNS}/.gitattributes")
_HINT = "remove it, and restore what was there: `git log -- PATH` shows it"


def out_of_place(root: str) -> Iterator[Finding]:
    """Yield a finding for each thing in the place of a folder, of a rule file of git or of
    evidence. Documents are not among them.
    """
    for path in _FOLDERS:
        if os.path.lexists(f"{root}/{path}") and not _is_folder(f"{root}/{path}"):
            yield _finding(path, "it is not a folder")
    for path in _RULE_FILES:
        yield from _unless_regular(root, path)
    for run in _names(root, RUNS):
        if run.startswith(".") or regular.is_regular(f"{root}/{RUNS}/{run}"):
            continue
        folder = f"{RUNS}/{run}"
        if not _is_folder(f"{root}/{folder}"):
            yield _finding(folder, "it is not a folder")
        for name in _names(root, f"{folder}/evidence"):
            yield from _unless_regular(root, f"{folder}/evidence/{name}")


def _unless_regular(root: str, path: str) -> Iterator[Finding]:
    try:
        status = os.lstat(f"{root}/{path}")
    except OSError:
        return
    if why := regular.why_not(status):
        yield _finding(path, why)


def _names(root: str, folder: str) -> list[str]:
    """Return the names in a folder that is reached without a link."""
    place = f"{root}/{folder}"
    if not all(_is_folder(part) for part in (place, os.path.dirname(place))):
        return []
    try:
        return sorted(os.listdir(place))
    except OSError:
        return []


def _is_folder(place: str) -> bool:
    try:
        return stat.S_ISDIR(os.lstat(place).st_mode)
    except OSError:
        return False


def _finding(path: str, why: str) -> Finding:
    message = f"it cannot be read: {why}"
    return Finding("unreadable", "error", path, 1, 1, 1, 1, message, _HINT, True)
