"""What a new linked work tree does not have of the main one: ignored files, hooks, submodules."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from forge.git import program
from forge.git.index.submodules import submodule_paths
from forge.git.repository import Repository

_MOST_NAMED = 10


def absent_parts(repository: Repository) -> Iterator[str]:
    """Yield what a new work tree of a repository does not have, each as a sentence."""
    if paths := _ignored_paths(repository):
        yield f"ignored files are not in the run's work tree: {_listed(paths)}"
    if folder := _untracked_hooks(repository):
        yield (
            f"the hooks in {folder} (core.hooksPath) are not in the run's work tree, since git does"
            " not track them: its commits run no hook of these"
        )
    if modules := submodule_paths(repository):
        yield (
            f"submodules are empty in the run's work tree: {_listed(modules)}; the plan has to fill"
            " them with `git submodule update --init`"
        )


def _listed(paths: Sequence[str]) -> str:
    more = f", … ({len(paths)} in all)" if len(paths) > _MOST_NAMED else ""
    return ", ".join(paths[:_MOST_NAMED]) + more


def _ignored_paths(repository: Repository) -> list[str]:
    """Return the ignored paths of the work tree; a wholly ignored folder is one entry."""
    output = repository.git(
        "ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory"
    )
    return program.fields(output)


def _untracked_hooks(repository: Repository) -> str:
    """Return the folder of the work tree that has hooks which a commit would not; else empty."""
    setting = program.settings(repository.root, "--type=path", "core.hooksPath")
    path = setting.stdout.decode("utf-8", "surrogateescape").rstrip("\n")
    folder = repository.root / path
    if setting.returncode or not path or os.path.isabs(path) or not folder.is_dir():
        return ""
    names = sorted(
        entry.name for entry in folder.iterdir() if os.access(entry, os.X_OK) and entry.is_file()
    )
    tracked = set(program.fields(repository.git("ls-files", "-z", "--", path)))
    return path if any(os.path.normpath(f"{path}/{name}") not in tracked for name in names) else ""
