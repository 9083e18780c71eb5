"""What all new documents share: a title, and a file that nobody else makes at the same moment."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from forge import atomic
from forge.errors import StorageFailed, UsageError
from forge.git.repository import Repository
from forge.planning.backlog.paths import names_in, next_number
from forge.planning.edits.new_documents import one_line

TRIES = 1000
_GIVEN = "numbers"


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
        raise UsageError(
            "a document needs a title",
            'write it behind the kind: `forge new item "Log in with a key"`',
        )
    return found


def make(root: Path, path: str, text: str) -> bool:
    """Make a file that is not there yet; return False where it is. Raises StorageFailed."""
    place = root / path
    real = Path(os.path.realpath(place.parent))
    if not real.is_relative_to(os.path.realpath(root)):
        raise UsageError(
            f"{path} would lie outside of the repository", "look where the links in .planning/ lead"
        )
    return atomic.create(place, text.encode("utf-8", "surrogateescape"))


def numbered(
    repository: Repository,
    place: str,
    numbers: Iterable[str],
    attempt: Callable[[str], Created | None],
) -> Created:
    """Make a document under the next number of a place, or the one behind it where another forge
    was faster.

    A number is noted for all work trees of the clone before it is given: no other branch gets it,
    committed or not.
    """
    taken = {*numbers, *given(repository, place)}
    for _ in range(TRIES):
        number = next_number(taken)
        created = attempt(number) if _take(repository, place, number) else None
        if created is not None:
            return created
        taken.add(number)
    raise StorageFailed("no number is free", "look at what lies in the folder")


def given(repository: Repository, place: str) -> list[str]:
    """Return the numbers that were given at a place in any work tree of this clone."""
    return names_in(repository.forge_dir / _GIVEN, place)


def _take(repository: Repository, place: str, number: str) -> bool:
    """Note that a number is given; return False where another forge has just done so. Raises
    StorageFailed.
    """
    folder = repository.forge_dir / _GIVEN / place
    try:
        folder.mkdir(parents=True, exist_ok=True)
        os.close(os.open(folder / number, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    except FileExistsError:
        return False
    except OSError as error:
        raise StorageFailed.of(error) from error
    return True


def ever_added(repository: Repository, folder: str) -> Iterator[str]:
    """Yield every path that any branch or tag ever added below a folder: numbers are not given
    twice.
    """
    words = (
        "log",
        "--all",
        "--format=",
        "--name-only",
        "--no-renames",
        "--diff-filter=A",
        "-z",
        "--",
        f"{folder}/",
    )
    output = repository.git(*words)
    yield from (os.fsdecode(path).strip() for path in output.split(b"\0") if path.strip())
