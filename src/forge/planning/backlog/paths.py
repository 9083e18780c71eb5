"""The paths and names of backlog items. The file's name alone gives an item's id, so no file is
read here.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from forge.lazy import at_first_use

if TYPE_CHECKING:
    import unicodedata
else:
    unicodedata = at_first_use("unicodedata")  # for new documents only

FOLDER = ".planning/backlog"
MISSIONS = ".planning/missions"
ARCHIVE = ".planning/archive"
ARCHIVED_ITEMS = f"{ARCHIVE}/backlog"
ARCHIVED_MISSIONS = f"{ARCHIVE}/missions"
ARCHIVED_PHASES = f"{ARCHIVE}/phases"
STATUSES = ("todo", "in_progress", "done", "blocked")
PRIORITIES = ("P0", "P1", "P2", "P3")
_NO_ITEMS = frozenset(("readme.md", "index.md"))
_LONGEST = 48


def is_item(name: str) -> bool:
    """Return whether a file of the backlog's folder is an item, by its name."""
    return name.endswith(".md") and name.lower() not in _NO_ITEMS and not name.startswith(".")


def names_in(root: Path, folder: str) -> list[str]:
    """Return the sorted names in a folder below `root`; empty if it does not exist."""
    try:
        return sorted(os.listdir(root / folder))
    except OSError:
        return []


def item_paths(root: Path) -> Iterator[str]:
    """Yield the path of every item, archived ones last."""
    for folder in (FOLDER, ARCHIVED_ITEMS):
        yield from (f"{folder}/{name}" for name in names_in(root, folder) if is_item(name))


def short_id(name: str) -> str:
    """Return the id that a file's name begins with, up to the first dash: `k3f9x2m` of
    `k3f9x2m-login.md`.
    """
    return name.removesuffix(".md").partition("-")[0]


def has_id(name: str, item_id: str) -> bool:
    """Return whether a file's name is an id, or an id and a slug."""
    return name.removesuffix(".md") == item_id or name.startswith(f"{item_id}-")


def taken(root: Path, item_id: str) -> bool:
    """Return whether any item, archived or not, has an id."""
    return any(
        has_id(name, item_id)
        for folder in (FOLDER, ARCHIVED_ITEMS)
        for name in names_in(root, folder)
    )


def slug(title: str, otherwise: str) -> str:
    """Return a title as part of a file's name: lower-case letters, digits and dashes, at most 48
    characters.
    """
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    return (
        words[:_LONGEST].rpartition("-")[0] or words[:_LONGEST]
        if len(words) > _LONGEST
        else words or otherwise
    )


def next_number(taken_numbers: Collection[str]) -> str:
    """Return the number after the highest one that is taken, with at least two digits."""
    highest = max(
        (int(number) for number in taken_numbers if number.isdigit() and len(number) < 9), default=0
    )
    return f"{highest + 1:02}"
