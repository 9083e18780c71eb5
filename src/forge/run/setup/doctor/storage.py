"""Checks of the folders that forge writes to, and of the free disk space."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

from forge.git.repository import Repository
from forge.run.approvals.store import state_folder, unfit
from forge.run.setup.doctor.check import Check, error, passed, warning

_SCARCE, _LITTLE = 100 << 20, 1 << 30  # bytes of free disk


def check_writing(repository: Repository) -> Iterator[Check]:
    objects = repository.common_dir / "objects"
    folders = (repository.root, repository.git_dir, repository.common_dir, objects)
    for folder in dict.fromkeys(folders):
        if not os.access(folder, os.W_OK | os.X_OK):
            hint = "check its permissions, or mount it for writing"
            yield error("writing", f"{folder} cannot be written to", hint)
            return
    yield passed("writing", "the work tree and git's folder can be written to")
    yield check_free_space(shutil.disk_usage(repository.common_dir).free)


def check_free_space(free: int) -> Check:
    """Check the number of free bytes on the repository's disk."""
    message = f"{free >> 20} MiB free"
    if free < _SCARCE:
        return error("disk", message, "free some space: a run that cannot be recorded pauses")
    if free < _LITTLE:
        return warning("disk", message, "free some space before a long run")
    return passed("disk", message)


def check_state_folder(repository: Repository) -> Iterator[Check]:
    folder = state_folder()
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    if (problem := unfit(repository, folder)) is not None:
        words = [f"`{command}`" for command in problem.commands]
        yield error("state-folder", problem.reason, " or ".join([*words, problem.hint]))
    elif not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        message = f"{folder} cannot be created or written to"
        yield error("state-folder", message, "check its permissions: approvals are stored there")
    else:
        yield passed("state-folder", str(folder))
