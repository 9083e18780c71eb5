"""The command that runs outside a run: for `verify --run` or `validate --probe`.

After forge was killed, the next forge process ends it, as it ends the child of a run.
"""

from __future__ import annotations

from pathlib import Path

from forge.git.clone import known_clone_id
from forge.git.repository import Repository
from forge.records.store import lock_path

PREFIX = "outside-"


def folder(repository: Repository) -> Path:
    """Return where the child of this work tree is recorded; in a copied folder that is another
    place, since the child on record there is one of the original.
    """
    return repository.forge_dir / "commands" / name(repository)


def name(repository: Repository) -> str:
    """Return what marks the command and what it starts have in place of the id of a run.

    No other clone and no other work tree has the same one. A clone without an id has run nothing.
    """
    return f"{PREFIX}{known_clone_id(repository) or 'none'}-{lock_path(repository).stem}"
