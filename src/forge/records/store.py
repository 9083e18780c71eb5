"""Where the files of runs are stored in this clone."""

from __future__ import annotations

from pathlib import Path

from forge.git.repository import Repository


def live_folder(repository: Repository, run: str = "") -> Path:
    """Return where live logs lie, or that of one run."""
    return repository.forge_dir / "runs" / run


def lock_path(repository: Repository) -> Path:
    """Return the lock of this work tree."""
    name = "main" if repository.git_dir == repository.common_dir else repository.git_dir.name
    return repository.forge_dir / "locks" / f"{name}.lock"


def live_folders_here(repository: Repository) -> list[Path]:
    """Return the live folders of this work tree's runs, readable or not."""
    folder = live_folder(repository)
    return (
        [place for place in sorted(folder.iterdir()) if belongs_here(repository, place)]
        if folder.is_dir()
        else []
    )


def belongs_here(repository: Repository, folder: Path) -> bool:
    """Say whether a live folder is that of a run of this work tree."""
    try:
        return (folder / "work-tree").read_text("utf-8", "surrogateescape") == str(
            repository.git_dir
        )
    except OSError:
        return True
