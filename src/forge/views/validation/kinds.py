"""Which documents there are under given files and folders, and of what kind each is by its
place.
"""

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
_PLACED = re.compile(
    rf"(?:{re.escape(mission.FOLDER)}/[^/]*(?P<mission>)\.yaml|{re.escape(proof.FOLDER)}/[^/]*(?P<proof>)\.yaml"
    rf"|{re.escape(RUNS)}/[^/]+/(?:(?P<run>)run\.yaml|(?P<timeline>)timeline\.jsonl)"
    rf"|(?:{re.escape(backlog.FOLDER)}|{re.escape(backlog.ARCHIVED_ITEMS)})/(?!(?i:readme|index)\.md)[^/.][^/]*(?P<item>)\.md"
    r"|\.planning/phases/[^/]+/(?P<phase>)README\.md|\.planning/milestones/(?:[^/]*/)?[^/]*(?P<requirements>)REQUIREMENTS\.md)"
)


class Found(Struct, frozen=True):
    """A document that was found: its absolute place, and whether a person named the file itself."""

    place: str
    named: bool


def kind_of(place: str) -> str:
    """Return the kind of a document by its path, empty where it is none."""
    if place.endswith("PLAN.md"):
        return "plan"
    start = place.rfind(".planning/")
    if start < 0 or (start and place[start - 1] != "/"):
        return ""
    inside = place[start:]
    if inside in _TOP:
        return _TOP[inside]
    if match := _PLACED.fullmatch(inside):
        return next(name for name, value in match.groupdict().items() if value is not None)
    if inside.endswith("SUMMARY.md"):
        return "summary"
    return "verification" if inside.endswith("VERIFICATION.md") else ""


def documents(paths: list[Path]) -> Iterator[Found]:
    """Yield the documents of files and folders, in order; links to folders are not followed.

    Raises UsageError for a path that is not there.
    """
    for path in paths:
        if path.is_dir():
            yield from (Found(place, False) for place in below(str(path)))
        elif path.exists() or path.is_symlink():
            yield Found(os.path.join(os.path.realpath(path.parent), path.name), True)
        else:
            raise UsageError(f"{path} is not there", "name files or folders that are")


def below(folder: str) -> Iterator[str]:
    """Yield the places of the documents below a folder, in order."""
    for place, names, files in os.walk(os.path.realpath(folder)):
        names[:] = sorted(name for name in names if name != ".git")
        yield from (path for path in (f"{place}/{name}" for name in sorted(files)) if kind_of(path))


def folders_of_phases(root: str) -> tuple[str, ...]:
    """Return the folders below `phases/` and the archives' own, relative to the root, whether they
    hold plans or not.
    """
    found = []
    for parent in (".planning/phases", ".planning/milestones"):
        for name in _folders(os.path.join(root, parent)):
            found.append(f"{parent}/{name}")
            if parent.endswith("milestones"):
                found += [
                    f"{parent}/{name}/{below}"
                    for below in _folders(os.path.join(root, parent, name))
                ]
                found += [
                    f"{parent}/{name}/phases/{below}"
                    for below in _folders(os.path.join(root, parent, name, "phases"))
                ]
    return tuple(found)


def _folders(place: str) -> list[str]:
    try:
        with os.scandir(place) as entries:
            return sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    except OSError:
        return []
