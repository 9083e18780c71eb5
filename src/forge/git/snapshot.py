"""Safety snapshots of a work tree, and putting paths back as a commit has them. Nothing that a person had is ever lost."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

from forge.errors import ForgeError, GitFailed
from forge.git import program
from forge.git.commits import Entry, signatures
from forge.git.index import private, stage_everything
from forge.git.late import pygit2
from forge.git.repository import Repository

SAFETY = "refs/forge/safety"


class InTheWay(ForgeError):
    """An ignored file lies where a file would have to be put back."""

    kind = "in_the_way"
    exit_code = 4


def snapshot(repository: Repository, name: str, reason: str) -> str:
    """Keep the work tree and the index under `refs/forge/safety/<name>/<n>`; return the commit's id.

    Ignored files are not stored. The second parent holds what was staged, where that can be written as a tree.
    """
    head = repository.head().commit
    parents = [pygit2.Oid(hex=head)] if head else []
    objects, people = repository.objects, signatures(repository)
    with private(repository) as copy:
        with contextlib.suppress(GitFailed):  # unmerged or intent-to-add entries make no tree
            staged = copy.git("write-tree").decode().strip()
            parents.append(objects.create_commit(None, *people, f"staged: {reason}", pygit2.Oid(hex=staged), parents[:1]))
        stage_everything(copy)
        tree = copy.git("write-tree").decode().strip()
    commit = objects.create_commit(None, *people, reason, pygit2.Oid(hex=tree), parents)
    number = 1
    while f"{SAFETY}/{name}/{number}" in objects.references:
        number += 1
    objects.references.create(f"{SAFETY}/{name}/{number}", commit)
    return str(commit)


def differing(repository: Repository, old: str, new: str, keep: Callable[[str], bool]) -> dict[str, Entry]:
    """Return the paths in which two commits differ, each with its entry in `new`; those that `keep` names are left out."""
    output = repository.git("diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", old, new)
    words = program.fields(output)
    found: dict[str, Entry] = {}
    for record, path in zip(words[::2], words[1::2], strict=True):
        _, mode, _, blob, status = record[1:].split(" ")
        if not keep(path):
            found[path] = None if status == "D" else (int(mode, 8), blob)
    return found


def put_back(repository: Repository, taken: str, target: str, keep: Callable[[str], bool]) -> dict[str, Entry]:
    """Make the work tree as commit `target` has it, where it differs from the snapshot `taken`; return those paths.

    Only what the snapshot holds is deleted or overwritten. Raises InTheWay where an ignored file would be.
    """
    paths = differing(repository, taken, target, keep)
    held = set(program.fields(repository.git("ls-tree", "-r", "-z", "--name-only", taken)))
    for path, entry in paths.items():
        blocked = _blocked(repository.root, path, held) if entry is not None and path not in held else None
        if blocked is not None:
            raise InTheWay(f"{blocked}, which git does not track, is in the way", f"move {blocked} elsewhere, then try again")
    for path, entry in paths.items():
        if entry is None:
            _remove(repository.root, path)
    written = [path for path, entry in paths.items() if entry is not None]
    if written:
        with private(repository) as copy:
            copy.git("read-tree", "--reset", target)
            copy.git("checkout-index", "-f", "-z", "--stdin", stdin=program.nul_joined(written))
    return paths


def _blocked(root: Path, path: str, held: set[str]) -> str | None:
    """Return what lies where a file is to be put and is not held by the snapshot; None where the way is free."""
    place = root / path
    if not os.path.lexists(place):
        return None
    if place.is_symlink() or not place.is_dir():
        return path
    inside = [Path(folder, name).relative_to(root).as_posix() for folder, _, files in os.walk(place) for name in files]
    return next((name for name in inside if name not in held), None)


def _remove(root: Path, path: str) -> None:
    place = root / path
    with contextlib.suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError, PermissionError):
        place.unlink()
    for folder in place.parents:
        if folder == root:
            return
        try:
            folder.rmdir()
        except OSError:
            return
