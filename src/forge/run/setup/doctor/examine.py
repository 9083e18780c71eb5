"""Runs every check of the doctor that is possible from a folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from forge.errors import ForgeError
from forge.git.repository import Repository
from forge.run.setup.doctor.check import Check, error
from forge.run.setup.doctor.committing import check_hooks, check_identity, check_signing
from forge.run.setup.doctor.extras import check_extras
from forge.run.setup.doctor.repository import check_head, check_repository, check_tree
from forge.run.setup.doctor.runners import check_sandbox, check_settings
from forge.run.setup.doctor.runs import check_locks, check_runs
from forge.run.setup.doctor.storage import check_state_folder, check_writing
from forge.run.setup.doctor.system import check_system

Checker = Callable[[Repository], Iterator[Check]]
_CHECKERS: dict[str, Checker] = {
    "repository": check_repository,
    "head": check_head,
    "tree": check_tree,
    "identity": check_identity,
    "hooks": check_hooks,
    "signing": check_signing,
    "writing": check_writing,
    "state-folder": check_state_folder,
    "settings": check_settings,
    "sandbox": check_sandbox,
    "locks": check_locks,
    "runs": check_runs,
}


def examine(folder: Path, repository: Repository | None) -> list[Check]:
    """Return all checks for a folder; `repository` is None if it has none that can be used."""
    checks = [*check_system(), *check_extras()]
    if repository is None:
        try:
            repository = Repository.discover(folder)
            repository.require_no_pipes()
        except ForgeError as failure:
            return [*checks, error("repository", failure.message, failure.hint)]
    for name, checker in _CHECKERS.items():
        checks += _run(name, checker, repository)
    return checks


def _run(name: str, checker: Checker, repository: Repository) -> list[Check]:
    """Return the checks of one checker; a failure of the checker itself is an error as well."""
    try:
        return list(checker(repository))
    except ForgeError as failure:
        return [error(name, failure.message, failure.hint)]
    except OSError as failure:
        message = f"{failure.filename}: {failure.strerror}"
        return [error(name, message, "check its permissions")]
