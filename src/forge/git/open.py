"""Opens a repository through pygit2."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from forge.errors import RepositoryError
from forge.git.failures import failure, is_of_storage
from forge.git.lazy_pygit2 import pygit2


def open_repository(git_dir: Path) -> pygit2.Repository:
    """Open a repository with pygit2. Raises RepositoryError for a format that it cannot read."""
    try:
        _set_options()
        return pygit2.Repository(str(git_dir))
    except (pygit2.GitError, KeyError) as error:
        if is_of_storage(str(error)):
            raise failure(f"this repository cannot be opened: {error}", "") from error
        supported = (
            "forge works on SHA-1 repositories with file-based refs; keep such a clone for it"
        )
        hint = "fix the file that it names" if "parse" in str(error) else supported
        raise RepositoryError(f"this repository cannot be opened: {error}", hint) from error


@cache
def _set_options() -> None:
    """Set libgit2's options, which hold for the whole process."""
    pygit2.settings.owner_validation = False  # git itself has checked the owner
    pygit2.settings.enable_fsync_gitdir(True)
