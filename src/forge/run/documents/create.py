"""What all new documents share: a title, a free number, and a file that is created only once."""

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
_RESERVED = "numbers"  # the folder, in forge's part of the common git directory


class Created(NamedTuple):
    """The id and the path of a new document."""

    id: str
    path: str

    def as_data(self) -> dict[str, object]:
        return {"id": self.id, "path": self.path}


def clean_title(title: str) -> str:
    """Return a title in one line. Raises UsageError if it is empty."""
    cleaned = one_line(title)
    if not cleaned:
        raise UsageError(
            "a document needs a title",
            'write it after the kind: `forge new item "Log in with a key"`',
        )
    return cleaned


def create_file(root: Path, path: str, text: str) -> bool:
    """Create a file; return False if it exists. Raises StorageFailed.

    Raises UsageError if a link in the path leads out of the repository.
    """
    file = root / path
    require_inside(root, file.parent, path)
    return atomic.create(file, text.encode("utf-8", "surrogateescape"))


def require_inside(root: Path, folder: Path, path: str) -> None:
    """Raise UsageError, which names `path`, if a folder is outside the repository."""
    if not Path(os.path.realpath(folder)).is_relative_to(os.path.realpath(root)):
        raise UsageError(
            f"{path} would be outside the repository", "check where the links in .planning/ lead"
        )


def create_numbered(
    repository: Repository,
    series: str,
    numbers: Iterable[str],
    attempt: Callable[[str], Created | None],
) -> Created:
    """Create a document with the first free number of a series, such as the plans of a phase.

    `numbers` are in use. `attempt` returns None if the number turns out to be taken. A number is
    reserved for all work trees of the clone first, so that no other branch gets it, committed or
    not. Raises StorageFailed.
    """
    taken = {*numbers, *reserved_numbers(repository, series)}
    for _ in range(TRIES):
        number = next_number(taken)
        created = attempt(number) if _reserve(repository, series, number) else None
        if created is not None:
            return created
        taken.add(number)
    raise StorageFailed("no number is free", "check the content of the folder")


def reserved_numbers(repository: Repository, series: str) -> list[str]:
    """Return the numbers of a series that were reserved in any work tree of this clone."""
    return names_in(repository.forge_dir / _RESERVED, series)


def _reserve(repository: Repository, series: str, number: str) -> bool:
    """Reserve a number; return False if another process has it. Raises StorageFailed."""
    folder = repository.forge_dir / _RESERVED / series
    try:
        folder.mkdir(parents=True, exist_ok=True)
        os.close(os.open(folder / number, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    except FileExistsError:
        return False
    except OSError as error:
        raise StorageFailed.of(error) from error
    return True


def paths_ever_added(repository: Repository, folder: str) -> Iterator[str]:
    """Yield every path that a branch or tag ever added below a folder; no number is used twice."""
    names = ("--format=", "--name-only", "--no-renames", "--diff-filter=A", "-z")
    output = repository.git("log", "--all", *names, "--", f"{folder}/")
    yield from (os.fsdecode(path).strip() for path in output.split(b"\0") if path.strip())
