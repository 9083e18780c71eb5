"""What makes git run other programs, or pass over files: hooks and settings, which lie outside of every diff."""

from __future__ import annotations

import hashlib
import os
from functools import lru_cache
from pathlib import Path

from forge.git import program
from forge.git.repository import Repository

_HEEDED = r"^(commit\.gpgsign|core\.hookspath|i18n\.commitencoding|hook\..*)$"
_NONE = 1  # the status of `git config` where no setting is of that name


def sign(repository: Repository) -> str:
    """Return what tells one state of hooks and settings from another; git's samples, which never run, are left out."""
    folder = repository.common_dir / "hooks"
    hooks = sorted(path for path in folder.iterdir() if path.suffix != ".sample") if folder.is_dir() else []
    found = hashlib.sha256()
    for path in (*hooks, *settings_files(repository)):
        found.update(f"{path.name}\0{_mode(path)}\0".encode("utf-8", "surrogateescape") + _bytes(path) + b"\0")
    return found.hexdigest()


def heeded(repository: Repository) -> bool:
    """Say whether a commit of git's would run, sign or recode something here: hooks, or the settings that ask for it."""
    return _heeded(repository, sign(repository))


@lru_cache(maxsize=8)
def _heeded(repository: Repository, sign: str) -> bool:
    """Answer for hooks and settings of one sign; git is asked for the settings, since it knows all places of them."""
    folder = repository.common_dir / "hooks"
    if folder.is_dir() and any(path.suffix != ".sample" and os.access(path, os.X_OK) for path in folder.iterdir()):
        return True
    return program.attempt(repository.root, "config", "--get-regexp", _HEEDED).returncode != _NONE


def settings_files(repository: Repository) -> list[Path]:
    """Return where git looks for settings, attributes and ignore rules beside the work tree: the clone's, and this user's."""
    inside = [repository.common_dir / name for name in ("config", "info/attributes", "info/exclude", "info/grafts")]
    home = Path(os.path.expanduser("~"))
    base = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config") / "git"
    mine = [Path(os.environ.get("GIT_CONFIG_GLOBAL") or home / ".gitconfig")]
    return [
        *inside,
        repository.git_dir / "config.worktree",
        *mine,
        *(base / name for name in ("config", "attributes", "ignore")),
    ]


def _mode(path: Path) -> int:
    try:
        return path.stat().st_mode
    except OSError:
        return 0


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
