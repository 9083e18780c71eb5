"""What makes git run other programs, or pass over files: hooks and settings, which lie outside of
every diff.
"""

from __future__ import annotations

import hashlib
import os
from functools import lru_cache

from forge.git import program
from forge.git.repository import Repository

_HEEDED = r"^(commit\.gpgsign|core\.hookspath|i18n\.commitencoding|hook\..*)$"
_NONE = 1  # the status of `git config` where no setting is of that name


def fingerprint(repository: Repository) -> str:
    """Return what tells one state of hooks and settings from another; git's samples, which never
    run, are left out.
    """
    found = hashlib.sha256()
    for place in (*_hooks(repository), *settings_files(repository)):
        found.update(os.fsencode(place))
        found.update(b"\0%d\0%b\0" % _lies_at(place))
    return found.hexdigest()


def affect_commits(repository: Repository) -> bool:
    """Say whether a commit of git's would run, sign or recode something here: hooks, or the
    settings that ask for it.
    """
    return _affect_commits(repository, fingerprint(repository))


@lru_cache(maxsize=8)
def _affect_commits(repository: Repository, sign: str) -> bool:
    """Answer for hooks and settings of one sign; git is asked for the settings, since it knows all
    places of them.
    """
    if any(os.access(place, os.X_OK) for place in _hooks(repository)):
        return True
    return program.attempt(repository.root, "config", "--get-regexp", _HEEDED).returncode != _NONE


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
    """Return where git looks for settings, attributes and ignore rules beside the work tree: the
    clone's, and this user's.
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


def _lies_at(place: str) -> tuple[int, bytes]:
    """Return a file's mode and bytes; of what cannot be read, as much as there is to know."""
    mode, data = 0, b""
    try:
        mode = os.stat(place).st_mode
        with open(place, "rb", buffering=0) as file:
            data = file.read()
    except OSError:
        pass
    return mode, data
