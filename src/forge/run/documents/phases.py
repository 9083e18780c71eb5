"""`forge new phase`: a folder with the number after the highest one any branch ever had."""

from __future__ import annotations

from itertools import takewhile
from pathlib import Path

from forge.git.intent.perform import changing
from forge.git.repository import Repository
from forge.planning.backlog import paths
from forge.planning.backlog.paths import slug
from forge.planning.edits import new_documents
from forge.planning.edits.new_documents import Wishes
from forge.planning.names.documents import ARCHIVED_PHASES, PHASE_PAGE, PHASES
from forge.planning.numbers import phase_name
from forge.run.documents.create import (
    Created,
    Numbered,
    clean_title,
    create_numbered,
    paths_ever_added,
)

_MOST_DIGITS = 3  # a longer number is a date


def create(repository: Repository, title: str, wishes: Wishes, here: Path) -> Created:
    """Create a phase: a folder with a page. Raises UsageError or StorageFailed."""
    title = clean_title(title)
    with changing(repository):
        return _create(repository, title, wishes)


def _create(repository: Repository, title: str, wishes: Wishes) -> Created:
    names: set[str] = set()
    for folder in (PHASES, ARCHIVED_PHASES):
        names.update(
            path.removeprefix(f"{folder}/").partition("/")[0]
            for path in paths_ever_added(repository, folder)
        )
        names.update(paths.names_in(repository.root, folder))

    def attempt(number: str) -> Numbered | None:
        name = f"{number}-{slug(title, 'phase')}"
        if any(other.startswith(f"{number}-") for other in paths.names_in(repository.root, PHASES)):
            return None
        text = new_documents.phase(name, number, title, wishes)
        folder = f"{PHASES}/{name}"
        return Numbered(Created(name, folder), f"{folder}/{PHASE_PAGE}", text)

    numbers = [number for name in names if (number := _whole_number(name))]
    return create_numbered(repository, "phases", numbers, attempt)


def _whole_number(name: str) -> str:
    """Return the digits that a phase's name begins with, empty if it has no number."""
    parts = phase_name(name)
    digits = "".join(takewhile(str.isdigit, parts.number)) if parts else ""
    return digits if len(digits) <= _MOST_DIGITS else ""
