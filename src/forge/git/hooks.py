"""Whether `git commit` would run hooks, sign, or encode the message here."""

from __future__ import annotations

import os
from functools import lru_cache

from forge.git import program
from forge.git.guarded_files import hook_files, signatures
from forge.git.pinned_settings import UTF8_MESSAGE
from forge.git.repository import Repository

_AFFECTING = r"^(commit\.gpgsign|core\.hookspath|i18n\.commitencoding|hook\..*)$"
_NO_MATCH = 1  # exit status of `git config` if no setting matches


def affect_commits(repository: Repository) -> bool:
    """Return whether `git commit` would run a hook, sign, or encode the message here."""
    settings = _affecting_settings(repository)
    hooks = hook_files(repository)
    return settings != "" or any(
        os.path.isfile(path) and os.access(path, os.X_OK) for path in hooks
    )


def encoding_words(repository: Repository) -> tuple[str, ...]:
    """Return arguments of git that keep a message in UTF-8 although the user's own are not."""
    return UTF8_MESSAGE if "i18n.commitencoding" in _affecting_settings(repository) else ()


def _affecting_settings(repository: Repository) -> str:
    return _settings_listed(repository, tuple(signatures(repository).items()))


@lru_cache(maxsize=8)
def _settings_listed(repository: Repository, signed: tuple[tuple[str, str], ...]) -> str:
    """Return the settings once per state of the files; git reads them, since it knows them all."""
    done = program.settings(repository.root, "--get-regexp", _AFFECTING)
    text = done.stdout.decode("utf-8", "replace")
    return "" if done.returncode == _NO_MATCH else text or "unknown"
