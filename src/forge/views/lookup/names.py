"""The names of plans, phases, missions, items, runs and runners, for shell completion.

No document is read; titles come from the outline's cache.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from forge.errors import ForgeError
from forge.git.repository import Repository
from forge.lazy import at_first_use
from forge.planning.backlog.paths import short_id
from forge.views.outline.outline import Outline

if not TYPE_CHECKING:
    settings = at_first_use("forge.planning.settings")  # needed for the names of runners only
else:
    from forge.planning import settings


class Name(Struct, frozen=True):
    """A name with a few words on what it names; empty if a document had to be read for them."""

    text: str
    about: str = ""


def names(repository: Repository, kind: str) -> Iterator[Name]:
    """Yield the names of a kind: `plan`, `phase`, `mission`, `item`, `run` or `runner`."""
    yield from _KINDS[kind](Outline(repository))


def _plans(outline: Outline) -> Iterator[Name]:
    yield from (
        Name(file.id, outline.cached_title(file.path))
        for file in outline.files
        if not file.archived
    )


def _phases(outline: Outline) -> Iterator[Name]:
    folders = dict.fromkeys(
        [*(file.folder for file in outline.files if not file.archived), *outline.phase_folders]
    )
    yield from (Name(posixpath.basename(folder)) for folder in folders)


def _missions(outline: Outline) -> Iterator[Name]:
    for path in outline.mission_paths:
        yield Name(posixpath.basename(path).removesuffix(".yaml"), outline.cached_title(path))


def _items(outline: Outline) -> Iterator[Name]:
    yield from (
        Name(short_id(posixpath.basename(path)), outline.cached_title(path))
        for path in outline.item_paths
    )


def _runs(outline: Outline) -> Iterator[Name]:
    yield from (Name(run, outline.cached_run_status(run)) for run in reversed(outline.run_ids))


def _runners(outline: Outline) -> Iterator[Name]:
    try:
        loaded = settings.load(outline.repository.root)
    except ForgeError:
        return
    yield from (Name(name) for name in dict.fromkeys([loaded.runner, *loaded.runners]))


_KINDS: dict[str, Callable[[Outline], Iterator[Name]]] = {
    "plan": _plans,
    "phase": _phases,
    "mission": _missions,
    "item": _items,
    "run": _runs,
    "runner": _runners,
}
