"""What all new documents share: a title, and a file that nobody else makes at the same moment."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from forge.errors import StorageFailed, UsageError
from forge.git.repository import Repository
from forge.planning.backlog import next_number
from forge.planning.drafts import one_line
from forge.text import atomic

TRIES = 1000


class Created(NamedTuple):
    """A document that was made: its id, and where it lies."""

    id: str
    path: str

    def as_data(self) -> dict[str, object]:
        """Return what JSON shows of it."""
        return {"id": self.id, "path": self.path}


def titled(title: str) -> str:
    """Return a title in one line. Raises UsageError where nothing is left of it."""
    found = one_line(title)
    if not found:
        raise UsageError("a document needs a title", 'write it behind the kind: `forge new item "Log in with a key"`')
    return found


def make(root: Path, path: str, text: str) -> bool:
    """Make a file that is not there yet; return False where it is. Raises StorageFailed."""
    place = root / path
    real = Path(os.path.realpath(place.parent))
    if not real.is_relative_to(os.path.realpath(root)):
        raise UsageError(f"{path} would lie outside of the repository", "look where the links in .planning/ lead")
    return atomic.create(place, text.encode("utf-8", "surrogateescape"))


def numbered(numbers: Iterable[str], attempt: Callable[[str], Created | None]) -> Created:
    """Make a document under the next number, or the one behind it where another forge was faster."""
    taken = set(numbers)
    for _ in range(TRIES):
        number = next_number(taken)
        created = attempt(number)
        if created is not None:
            return created
        taken.add(number)
    raise StorageFailed("no number is free", "look at what lies in the folder")


def ever_added(repository: Repository, folder: str) -> Iterator[str]:
    """Yield every path that any branch or tag ever added below a folder: numbers are not given twice."""
    words = ("log", "--all", "--format=", "--name-only", "--no-renames", "--diff-filter=A", "-z", "--", f"{folder}/")
    output = repository.git(*words)
    yield from (os.fsdecode(path).strip() for path in output.split(b"\0") if path.strip())
