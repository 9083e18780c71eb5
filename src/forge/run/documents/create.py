"""What all new documents share: a title, a free number, and a file that is created only once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from forge.errors import StorageFailed, UsageError
from forge.git.intent.confined import resolved
from forge.git.intent.intent import Intent, Write
from forge.git.intent.numbers import FOLDER as RESERVED
from forge.git.intent.numbers import NumberTaken
from forge.git.intent.perform import AlreadyThere, perform
from forge.git.repository import Repository
from forge.planning.backlog.paths import names_in, next_number
from forge.planning.edits.new_documents import one_line

TRIES = 1000


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


def create_file(
    repository: Repository, path: str, text: str, *, reservation: str | None = None
) -> bool:
    """Create a file, whole; return False if it or the number exists. Raises StorageFailed.

    The caller holds the document lock. Raises UsageError if a link in the path leads out of the
    repository.
    """
    data = text.encode("utf-8", "surrogateescape")
    step = Write(resolved(repository.root, path, last=False), None, data)
    try:
        perform(repository, Intent("new", [step], reservation=reservation))
    except (AlreadyThere, NumberTaken):
        return False
    return True


class Numbered(NamedTuple):
    """A new document with the text of its file."""

    created: Created
    file: str
    text: str


def create_numbered(
    repository: Repository,
    series: str,
    numbers: Iterable[str],
    attempt: Callable[[str], Numbered | None],
) -> Created:
    """Create a document with the first free number of a series, such as the plans of a phase.

    `numbers` are in use. `attempt` returns None if the number turns out to be taken. A number is
    reserved for all work trees of the clone, so that no other branch gets it, committed or not. The
    caller holds the document lock. Raises StorageFailed.
    """
    taken = {*numbers, *reserved_numbers(repository, series)}
    for _ in range(TRIES):
        number = next_number(taken)
        new = attempt(number)
        reservation = f"{series}/{number}"
        if new and create_file(repository, new.file, new.text, reservation=reservation):
            return new.created
        taken.add(number)
    raise StorageFailed("no number is free", "check the content of the folder")


def reserved_numbers(repository: Repository, series: str) -> list[str]:
    """Return the numbers of a series that were reserved in any work tree of this clone."""
    return names_in(repository.forge_dir / RESERVED, series)


def paths_ever_added(repository: Repository, folder: str) -> Iterator[str]:
    """Yield every path that a branch or tag ever added below a folder; no number is used twice."""
    names = ("--format=", "--name-only", "--no-renames", "--diff-filter=A", "-z")
    output = repository.git("log", "--all", *names, "--", f"{folder}/")
    yield from (os.fsdecode(path).strip() for path in output.split(b"\0") if path.strip())
