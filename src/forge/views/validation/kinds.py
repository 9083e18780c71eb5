"""Finds documents below files and folders, and derives the kind of a document from its path."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from forge.errors import UsageError
from forge.planning import proof, settings
from forge.planning.backlog import paths as backlog
from forge.planning.gsd import reports, requirements, roadmap
from forge.planning.mission import mission
from forge.records.card import RUNS

_CONFIG = ".planning/config.json"
_PROJECT = ".planning/PROJECT.md"
_TOP = {
    settings.PATH: "settings",
    roadmap.PATH: "roadmap",
    requirements.PATH: "requirements",
    reports.STATE: "state",
    _CONFIG: "config",
    _PROJECT: "project",
}
_BY_PATH = re.compile(
    rf"(?:{re.escape(mission.FOLDER)}/[^/]*(?P<mission>)\.yaml|{re.escape(proof.FOLDER)}/[^/]*(?P<proof>)\.yaml"
    rf"|{re.escape(RUNS)}/[^/]+/(?:(?P<run>)run\.yaml|(?P<timeline>)timeline\.jsonl)"
    rf"|(?:{re.escape(backlog.FOLDER)}|{re.escape(backlog.ARCHIVED_ITEMS)})/(?!(?i:readme|index)\.md)[^/.][^/]*(?P<item>)\.md"
    r"|\.planning/phases/[^/]+/(?P<phase>)README\.md|\.planning/milestones/(?:[^/]*/)?[^/]*(?P<requirements>)REQUIREMENTS\.md)"
)


class DocumentPath(Struct, frozen=True):
    """The absolute path of a document, and whether the user named the file itself."""

    place: str
    named: bool


def kind_of(place: str) -> str:
    """Return the kind of a document by its path; empty for any other file."""
    if place.endswith("PLAN.md"):
        return "plan"
    start = place.rfind(".planning/")
    if start < 0 or (start and place[start - 1] != "/"):
        return ""
    inside = place[start:]
    if inside in _TOP:
        return _TOP[inside]
    if match := _BY_PATH.fullmatch(inside):
        return next(name for name, value in match.groupdict().items() if value is not None)
    if inside.endswith("SUMMARY.md"):
        return "summary"
    return "verification" if inside.endswith("VERIFICATION.md") else ""


def documents(paths: list[Path]) -> Iterator[DocumentPath]:
    """Yield the documents of files and folders, in order; links to folders are not followed.

    Raises UsageError for a path that does not exist.
    """
    for path in paths:
        if path.is_dir():
            yield from (DocumentPath(place, False) for place in below(str(path)))
        elif path.exists() or path.is_symlink():
            yield DocumentPath(os.path.join(os.path.realpath(path.parent), path.name), True)
        else:
            raise UsageError(f"{path} does not exist", "name existing files or folders")


def below(folder: str) -> Iterator[str]:
    """Yield the absolute paths of the documents below a folder, in order."""
    for place, names, files in os.walk(os.path.realpath(folder)):
        names[:] = sorted(name for name in names if name != ".git")
        found = sorted([*files, *names])  # a folder may be in the place of a document
        yield from (path for path in (f"{place}/{name}" for name in found) if kind_of(path))


def folders_of_phases(root: str) -> tuple[str, ...]:
    """Return the folders of phases, with plans or without, also those of archived milestones.

    The paths are relative to the root.
    """
    folders = [*_folders_in(root, ".planning/phases")]
    for milestone in _folders_in(root, ".planning/milestones"):
        inside = [*_folders_in(root, milestone), *_folders_in(root, f"{milestone}/phases")]
        folders += [milestone, *inside]
    return tuple(folders)


def _folders_in(root: str, folder: str) -> list[str]:
    try:
        with os.scandir(os.path.join(root, folder)) as entries:
            names = (entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
            return [f"{folder}/{name}" for name in sorted(names)]
    except OSError:
        return []
