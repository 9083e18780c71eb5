"""The state that a probed command must not leave changed: HEAD and uncommitted files."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass

from forge import regular
from forge.git import program
from forge.git.repository import Head, Repository
from forge.git.status import StatusEntry

_REFLOG = ("-m", "forge: as before probing")


@dataclass(frozen=True)
class WorkTreeState:
    """HEAD, and every uncommitted path with the hash of its content."""

    head: Head
    dirty: dict[StatusEntry, str]

    @classmethod
    def of(cls, repository: Repository) -> WorkTreeState:
        hashes = {entry: _content_hash(repository, entry.path) for entry in repository.dirty()}
        return cls(repository.head(), hashes)


def _content_hash(repository: Repository, path: str) -> str:
    try:
        place = repository.root / path
        data = (
            os.fsencode(os.readlink(place))
            if place.is_symlink()
            else regular.read(place, most=regular.LARGEST_IN_TREE)
        )
        return hashlib.sha256(data).hexdigest()
    except OSError:
        return ""


def restore_head(repository: Repository, head: Head) -> None:
    """Restore HEAD and its branch; the snapshot still reaches commits that were made since."""
    if repository.head() == head or head.commit is None:
        return
    if head.branch is not None:
        program.run(repository.root, "symbolic-ref", "HEAD", head.branch)
        program.run(repository.root, "update-ref", *_REFLOG, head.branch, head.commit)
    else:
        program.run(repository.root, "update-ref", "--no-deref", *_REFLOG, "HEAD", head.commit)
