"""`forge init`: what forge needs in a repository, and nothing else."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from forge.git.repository import Repository
from forge.planning.catalog import Catalog
from forge.planning.settings import PATH
from forge.resources import resource, template
from forge.text import atomic

_FIRST = ".planning/phases/01-start"


@dataclass(frozen=True)
class Initialised:
    """What was written, and what to type next."""

    created: list[str]
    next: list[str]


def initialise(repository: Repository) -> Initialised:
    """Write `.planning/forge.yaml` if there is none. Raises StorageFailed."""
    created = []
    if not (repository.root / PATH).exists():
        atomic.write(repository.root / PATH, template("forge.yaml").encode())
        created.append(PATH)
    commands = ["git add .planning && git commit -m 'Add forge'"] if created else []
    if Catalog(repository.root).files:
        return Initialised(created, [*commands, "forge status"])
    source = shlex.quote(str(resource("templates", "plan.md")))
    return Initialised(created, [f"mkdir -p {_FIRST} && cp {source} {_FIRST}/01-01-PLAN.md", *commands, "forge approve 01-01"])
