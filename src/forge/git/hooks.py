"""What makes git run other programs: hooks and the repository's own settings, which lie outside of every diff."""

from __future__ import annotations

import hashlib
from pathlib import Path

from forge.git.repository import Repository


def sign(repository: Repository) -> str:
    """Return what tells one state of hooks and settings from another; git's samples, which never run, are left out."""
    folder = repository.common_dir / "hooks"
    hooks = sorted(path for path in folder.iterdir() if path.suffix != ".sample") if folder.is_dir() else []
    found = hashlib.sha256()
    for path in (*hooks, repository.common_dir / "config", repository.git_dir / "config.worktree"):
        found.update(f"{path.name}\0{_mode(path)}\0".encode("utf-8", "surrogateescape") + _bytes(path) + b"\0")
    return found.hexdigest()


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
