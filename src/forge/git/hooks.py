"""Hooks and settings that make git run programs, sign, or ignore files. No diff shows them."""

from __future__ import annotations

import contextlib
import hashlib
import os
from functools import lru_cache

from forge.git import program
from forge.git.repository import Repository

_AFFECTING = r"^(commit\.gpgsign|core\.hookspath|i18n\.commitencoding|hook\..*)$"
_NO_MATCH = 1  # exit status of `git config` if no setting matches


def fingerprint(repository: Repository) -> str:
    """Return a digest of all hooks and settings files; git's samples, which never run, do not
    count.
    """
    digest = hashlib.sha256()
    for path in (*_hooks(repository), *settings_files(repository)):
        digest.update(os.fsencode(path))
        digest.update(b"\0%d\0%b\0" % _mode_and_bytes(path))
    return digest.hexdigest()


def affect_commits(repository: Repository) -> bool:
    """Return whether `git commit` would run a hook, sign, or encode the message here."""
    return _affect_commits(repository, fingerprint(repository))


@lru_cache(maxsize=8)
def _affect_commits(repository: Repository, state: str) -> bool:
    """Answer once per fingerprint; git reads the settings, since it knows all their files."""
    if any(os.access(path, os.X_OK) for path in _hooks(repository)):
        return True
    return (
        program.attempt(repository.root, "config", "--get-regexp", _AFFECTING).returncode
        != _NO_MATCH
    )


def _hooks(repository: Repository) -> list[str]:
    folder = f"{repository.common_dir}/hooks"
    try:
        return [
            f"{folder}/{name}"
            for name in sorted(os.listdir(folder))
            if not name.endswith(".sample")
        ]
    except OSError:
        return []


def settings_files(repository: Repository) -> tuple[str, ...]:
    """Return the files with settings, attributes and ignore rules outside the work tree: those of
    the clone and of the user.
    """
    home = os.path.expanduser("~")
    mine = (
        os.environ.get("GIT_CONFIG_GLOBAL") or f"{home}/.gitconfig",
        os.environ.get("XDG_CONFIG_HOME") or f"{home}/.config",
    )
    return _settings_files(os.fspath(repository.common_dir), os.fspath(repository.git_dir), *mine)


@lru_cache(maxsize=8)
def _settings_files(common: str, git_dir: str, mine: str, folder: str) -> tuple[str, ...]:
    inside = (
        f"{common}/{name}" for name in ("config", "info/attributes", "info/exclude", "info/grafts")
    )
    return (
        *inside,
        f"{git_dir}/config.worktree",
        mine,
        *(f"{folder}/git/{name}" for name in ("config", "attributes", "ignore")),
    )


def _mode_and_bytes(path: str) -> tuple[int, bytes]:
    """Return a file's mode and bytes; zero and nothing as far as it cannot be read."""
    mode, data = 0, b""
    with contextlib.suppress(OSError):
        mode = os.stat(path).st_mode
        with open(path, "rb", buffering=0) as file:
            data = file.read()
    return mode, data
