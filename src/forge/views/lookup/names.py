"""The names that can be typed: of plans, phases, missions, items, runs, runners and rules. No
document is read for them.
"""

from __future__ import annotations

import importlib
import posixpath
from collections.abc import Callable, Iterator

from msgspec import Struct

from forge.errors import ForgeError
from forge.git.repository import Repository
from forge.planning.backlog.paths import short_id
from forge.views.outline.outline import Outline


class Name(Struct, frozen=True):
    """A name, and what it means in a few words; empty where that would have to be read first."""

    text: str
    about: str = ""


def names(repository: Repository, kind: str) -> Iterator[Name]:
    """Yield the names of a kind: `plan`, `phase`, `mission`, `item`, `run` or `runner`."""
    yield from _KINDS[kind](Outline(repository))


def _plans(outline: Outline) -> Iterator[Name]:
    yield from (
        Name(file.id, outline.title(file.path)) for file in outline.files if not file.archived
    )


def _phases(outline: Outline) -> Iterator[Name]:
    folders = dict.fromkeys(
        [*(file.folder for file in outline.files if not file.archived), *outline.phase_folders]
    )
    yield from (Name(posixpath.basename(folder)) for folder in folders)


def _missions(outline: Outline) -> Iterator[Name]:
    for path in outline.mission_paths:
        yield Name(posixpath.basename(path).removesuffix(".yaml"), outline.title(path))


def _items(outline: Outline) -> Iterator[Name]:
    yield from (
        Name(short_id(posixpath.basename(path)), outline.title(path)) for path in outline.item_paths
    )


def _runs(outline: Outline) -> Iterator[Name]:
    yield from (Name(run, outline.run_status(run)) for run in reversed(outline.run_ids))


def _runners(outline: Outline) -> Iterator[Name]:
    settings = importlib.import_module("forge.planning.settings")
    try:
        found = settings.load(outline.repository.root)
    except ForgeError:
        return
    yield from (Name(name) for name in dict.fromkeys([found.runner, *found.runners]))


_KINDS: dict[str, Callable[[Outline], Iterator[Name]]] = {
    "plan": _plans,
    "phase": _phases,
    "mission": _missions,
    "item": _items,
    "run": _runs,
    "runner": _runners,
}
