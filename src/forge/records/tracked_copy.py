"""Compares the tracked copy of an open run's log with the live log."""

from __future__ import annotations

from pathlib import Path

from forge import regular
from forge.git.objects.commit import file_at
from forge.git.repository import Repository
from forge.records.record import RunRecord
from forge.records.store import LOG_FILE


def tracked_copy_warning(repository: Repository, record: RunRecord) -> str | None:
    """Return what is wrong with the tracked copy of an open run, or None.

    It has to be a prefix of the live log, and no shorter than the committed copy.
    """
    if not record.live:
        return None
    path = f"{record.card.folder}/{LOG_FILE}"
    committed = file_at(repository, repository.head().commit, path)
    problem = _problem(_bytes(repository.root / path), _bytes(record.folder / LOG_FILE), committed)
    if problem is None:
        return None
    return (
        f"the tracked copy {path} {problem}; the live log is what counts, and forge writes the copy"
        " again when it next stops"
    )


def _problem(copy: bytes | None, live: bytes | None, committed: bytes | None) -> str | None:
    if copy is None:
        return "is missing" if committed is not None else None
    if not (live or b"").startswith(copy):
        return "is not a prefix of the live log"
    if committed is not None and not copy.startswith(committed):
        return "is older than the committed one"
    return None


def _bytes(path: Path) -> bytes | None:
    try:
        return regular.read(path)
    except OSError:
        return None
