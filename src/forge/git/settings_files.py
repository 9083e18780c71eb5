"""The files in which git looks for settings, attributes and ignore rules unless a setting says
otherwise.
"""

from __future__ import annotations

import os
from functools import lru_cache

from forge.git.repository import Repository


def xdg_folder() -> str:
    """Return the folder of git's files in the user's configuration folder."""
    folder = os.environ.get("XDG_CONFIG_HOME") or f"{os.path.expanduser('~')}/.config"
    return f"{folder}/git"


def global_settings() -> tuple[str, ...]:
    """Return the file with the user's settings that git prefers."""
    return (os.environ.get("GIT_CONFIG_GLOBAL") or f"{os.path.expanduser('~')}/.gitconfig",)


def user_files() -> tuple[str, ...]:
    """Return the files of the user: settings, attributes and ignore rules, present or not."""
    folder = xdg_folder()
    named = (f"{folder}/{name}" for name in ("config", "attributes", "ignore"))
    return (*global_settings(), *named)


def settings_files(repository: Repository) -> tuple[str, ...]:
    """Return the files with settings, attributes and ignore rules outside the work tree: those of
    the clone and of the user.
    """
    return _settings_files(
        os.fspath(repository.common_dir), os.fspath(repository.git_dir), user_files()
    )


@lru_cache(maxsize=8)
def _settings_files(common: str, git_dir: str, mine: tuple[str, ...]) -> tuple[str, ...]:
    inside = (
        f"{common}/{name}" for name in ("config", "info/attributes", "info/exclude", "info/grafts")
    )
    return (*inside, f"{git_dir}/config.worktree", *mine)
