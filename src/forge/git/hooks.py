"""Whether `git commit` would run hooks, sign, or encode the message here."""

from __future__ import annotations

import os
from functools import lru_cache

from forge.git import program
from forge.git.guarded_files import hook_files, signatures
from forge.git.repository import Repository

_AFFECTING = r"^(commit\.gpgsign|core\.hookspath|i18n\.commitencoding|hook\..*)$"
_NO_MATCH = 1  # exit status of `git config` if no setting matches


def affect_commits(repository: Repository) -> bool:
    """Return whether `git commit` would run a hook, sign, or encode the message here."""
    return _affect_commits(repository, tuple(signatures(repository).items()))


@lru_cache(maxsize=8)
def _affect_commits(repository: Repository, signed: tuple[tuple[str, str], ...]) -> bool:
    """Answer once per state of the files; git reads the settings, since it knows all of them."""
    if any(os.path.isfile(path) and os.access(path, os.X_OK) for path in hook_files(repository)):
        return True
    return (
        program.attempt(repository.root, "config", "--get-regexp", _AFFECTING).returncode
        != _NO_MATCH
    )
