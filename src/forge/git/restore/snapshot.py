"""Safety snapshots of a work tree, and putting paths back as a commit has them. Nothing that a
person had is ever lost.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Mapping, Sequence

from msgspec import Struct

from forge.errors import ForgeError, GitFailed
from forge.git import program
from forge.git.commits.identity import signatures
from forge.git.index.private_index import private_index
from forge.git.index.staging import stage_everything
from forge.git.lazy_pygit2 import pygit2
from forge.git.objects.commit import read_commit
from forge.git.repository import Repository
from forge.git.restore.checkout import Checkout
from forge.git.status import STATUS, parse_status
from forge.git.tree_entries import Entry

SAFETY = "refs/forge/safety"
CHECKPOINTS = "refs/forge/checkpoints"
_FEW = 500  # paths that a command line takes with ease


class PathBlocked(ForgeError):
    """Something of a person's lies where a file would have to be put back, or removed."""

    kind = "in_the_way"
    exit_code = 2


class Captured(Struct, frozen=True):
    """What lies in the work tree, ignored files excepted, and what is staged, as trees.

    `staged` is None where the index makes no tree: while something is unmerged.
    """

    tree: str
    staged: str | None


def capture(repository: Repository) -> Captured:
    """Write what lies in the work tree, and what is staged, as trees that no ref names yet."""
    staged = None
    with private_index(repository) as copy:
        with contextlib.suppress(GitFailed):
            staged = copy.git("write-tree").decode().strip()
        stage_everything(copy)
        return Captured(copy.git("write-tree").decode().strip(), staged)


def keep(
    repository: Repository, captured: Captured, name: str, reason: str, place: str = SAFETY
) -> str:
    """Keep captured trees under `<place>/<name>/<n>`; return the commit's id. Its second parent is
    the staged one.
    """
    head = repository.head().commit
    parents = [pygit2.Oid(hex=head)] if head else []
    objects, people = repository.objects, signatures(repository)
    if captured.staged is not None:
        staged = pygit2.Oid(hex=captured.staged)
        parents.append(
            objects.create_commit(None, *people, f"staged: {reason}", staged, parents[:1])
        )
    commit = objects.create_commit(None, *people, reason, pygit2.Oid(hex=captured.tree), parents)
    _name(repository, str(commit), f"{place}/{name}")
    return str(commit)


def _name(repository: Repository, commit: str, place: str) -> None:
    """Give a commit the next free number of a place as its ref."""
    references, number = repository.objects.references, 1
    while f"{place}/{number}" in references:
        number += 1
    references.create(f"{place}/{number}", pygit2.Oid(hex=commit))


def keep_reachable(repository: Repository, commit: str, name: str) -> None:
    """Keep a commit under `refs/forge/safety/<name>/<n>` where no ref holds it: its branch was
    moved away from it.
    """
    if not program.attempt(
        repository.root, "for-each-ref", "--count=1", "--contains", commit
    ).stdout:
        with contextlib.suppress(KeyError, ValueError):  # it may be gone with its objects
            _name(repository, commit, f"{SAFETY}/{name}")


def changed_since(repository: Repository, commit: str, paths: Sequence[str]) -> list[str]:
    """Return those of the paths that do not lie in the work tree as a commit has them."""
    if not paths:
        return []
    wanted, few = set(paths), paths if len(paths) < _FEW else ()
    with private_index(repository) as copy:
        copy.git("read-tree", "--reset", commit)
        entries = parse_status(copy.git(*STATUS, "--", *few))
    return [entry.path for entry in entries if entry.tree != " " and entry.path in wanted]


def snapshot(repository: Repository, name: str, reason: str) -> str:
    """Keep the work tree and the index under `refs/forge/safety/<name>/<n>`; return the commit's
    id.

    Ignored files are not stored. The second parent holds what was staged, where that can be written
    as a tree.
    """
    return keep(repository, capture(repository), name, reason)


def changed_entries(
    repository: Repository, old: str, new: str, leave: Callable[[str], bool]
) -> dict[str, Entry]:
    """Return the paths in which two commits or trees differ, each with its entry in `new`, less
    those that `leave` names.
    """
    output = repository.git(
        "diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", old, new
    )
    words = program.fields(output)
    found: dict[str, Entry] = {}
    for record, path in zip(words[::2], words[1::2], strict=True):
        _, mode, _, blob, status = record[1:].split(" ")
        if not leave(path):
            found[path] = None if status == "D" else (int(mode, 8), blob)
    return found


def staged_entries(repository: Repository, kept: str, paths: Collection[str]) -> dict[str, Entry]:
    """Return what was staged of some paths when a tree was kept, each with its entry; nothing where
    the index made no tree.
    """
    parents = read_commit(repository, kept).parents
    return (
        changed_entries(repository, parents[0], parents[1], lambda path: path not in paths)
        if len(parents) == 2
        else {}
    )


def require_unblocked(
    repository: Repository, taken: str, target: str, leave: Callable[[str], bool]
) -> None:
    """Raise PathBlocked if `restore_paths` would: an ignored file blocks a path."""
    _placing(repository, taken, target, leave)


def restore_paths(
    repository: Repository, taken: str, target: str, leave: Callable[[str], bool]
) -> Mapping[str, Entry]:
    """Make the work tree as `target` has it, where it differs from the snapshot `taken`; return
    those paths.

    Files are made through git's filters, with the attributes of `target`, and each takes its place
    at once. Only what the snapshot holds is deleted or overwritten. Raises PathBlocked, before
    anything is changed, where an ignored file would be.
    """
    placing = _placing(repository, taken, target, leave)
    placing.perform()
    return placing.paths


def _placing(
    repository: Repository, taken: str, target: str, leave: Callable[[str], bool]
) -> Checkout:
    paths = changed_entries(repository, taken, target, leave)
    held = frozenset(program.fields(repository.git("ls-tree", "-r", "-z", "--name-only", taken)))
    placing = Checkout(repository, target, paths, held)
    if (blocked := placing.blocked()) is not None:
        raise PathBlocked(
            f"{blocked}, which git does not track, is in the way",
            f"move {blocked} elsewhere, then try again",
        )
    return placing
