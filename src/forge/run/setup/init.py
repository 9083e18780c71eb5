"""`forge init`: writes what forge needs in a repository, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from forge.git.intent.confined import resolved
from forge.git.intent.intent import Intent, Write
from forge.git.intent.perform import changing, perform
from forge.git.repository import Repository
from forge.planning.names.catalog import Catalog
from forge.planning.settings import PATH
from forge.shipped import template

_FIRST_PLAN = [
    "forge new phase Start",
    "forge new plan 'Write the notes' --phase 1",
    "forge edit 01-01",
]


@dataclass(frozen=True)
class Initialized:
    """The files that were written, and the commands to type next."""

    created: list[str]
    next: list[str]


def initialize(repository: Repository) -> Initialized:
    """Write `.planning/forge.yaml` if it does not exist. Raises StorageFailed."""
    created = []
    with changing(repository):
        if not (repository.root / PATH).exists():
            path = resolved(repository.root, PATH)
            perform(
                repository, Intent("init", [Write(path, None, template("forge.yaml").encode())])
            )
            created.append(PATH)
    commit = ["git add .planning && git commit -m 'Add forge'"] if created else []
    if Catalog(repository.root).files:
        return Initialized(created, [*commit, "forge status"])
    return Initialized(created, [*_FIRST_PLAN, *commit, "forge approve 01-01"])
