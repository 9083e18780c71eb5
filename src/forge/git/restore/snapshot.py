"""Snapshots of a work tree, and restoring paths from a commit. Nothing of the user is ever lost."""

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
from forge.git.restore.raw_diff import parse_raw_diff
from forge.git.status import STATUS, parse_status
from forge.git.tree_entries import Entry

SAFETY = "refs/forge/safety"
CHECKPOINTS = "refs/forge/checkpoints"
_MOST_ARGUMENTS = 500  # paths on one command line


class PathBlocked(ForgeError):
    """An untracked file of the user blocks restoring or removing a path."""

    kind = "in_the_way"
    exit_code = 2


class Captured(Struct, frozen=True):
    """The work tree without ignored files, and the index, as trees.

    `staged` is None if the index cannot be written as a tree: something is unmerged.
    """

    tree: str
    staged: str | None


def capture(repository: Repository) -> Captured:
    """Write the work tree and the index as trees that no ref names yet."""
    staged = None
    with private_index(repository) as copy:
        with contextlib.suppress(GitFailed):
            staged = copy.git("write-tree").decode().strip()
        stage_everything(copy)
        return Captured(copy.git("write-tree").decode().strip(), staged)


def keep(
    repository: Repository, captured: Captured, name: str, reason: str, place: str = SAFETY
) -> str:
    """Keep captured trees under `<place>/<name>/<n>` and return the id of their commit.

    The commit's second parent holds the staged tree.
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
    number_commit(repository, str(commit), f"{place}/{name}")
    return str(commit)


def number_commit(repository: Repository, commit: str, prefix: str) -> None:
    """Create the ref with the next free number for a commit."""
    references, number = repository.objects.references, 1
    while f"{prefix}/{number}" in references:
        number += 1
    references.create(f"{prefix}/{number}", pygit2.Oid(hex=commit))


def keep_reachable(repository: Repository, commit: str, name: str) -> None:
    """Keep a commit under `refs/forge/safety/<name>/<n>` if no other ref contains it."""
    words = ("for-each-ref", "--count=1", "--contains", commit)
    if not program.attempt(repository.root, *words).stdout:
        # the commit itself may be missing
        with contextlib.suppress(KeyError, ValueError, pygit2.GitError):
            number_commit(repository, commit, f"{SAFETY}/{name}")


def snapshot(repository: Repository, name: str, reason: str) -> str:
    """Keep work tree and index under `refs/forge/safety/<name>/<n>`; return the commit's id.

    Ignored files are not stored.
    """
    return keep(repository, capture(repository), name, reason)


def uncommitted_in(repository: Repository, commit: str) -> set[str]:
    """Return the paths that were not as in HEAD, staged or in the work tree, when a snapshot was
    kept.
    """
    kept = repository.objects[commit].peel(pygit2.Commit)
    head, *staged = map(str, kept.parent_ids)
    return {
        path
        for revision in (commit, *staged)
        for path in changed_entries(repository, head, revision, lambda path: False)
    }


def changed_since(repository: Repository, commit: str, paths: Sequence[str]) -> list[str]:
    """Return the paths among `paths` that differ in the work tree from a commit."""
    if not paths:
        return []
    wanted, arguments = set(paths), paths if len(paths) < _MOST_ARGUMENTS else ()
    with private_index(repository) as copy:
        copy.git("read-tree", "--reset", commit)
        entries = parse_status(copy.git(*STATUS, "--", *arguments))
    return [entry.path for entry in entries if entry.tree != " " and entry.path in wanted]


def changed_entries(
    repository: Repository, old: str, new: str, exclude: Callable[[str], bool]
) -> dict[str, Entry]:
    """Return the paths that differ between two commits or trees, with their entries in `new`."""
    words = ("diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", old, new)
    entries = parse_raw_diff(repository.git(*words))
    return {path: entry for path, entry in entries.items() if not exclude(path)}


def staged_entries(
    repository: Repository, snapshot: str, paths: Collection[str]
) -> dict[str, Entry]:
    """Return what was staged at some paths when a snapshot was made; empty if it has no index."""
    parents = read_commit(repository, snapshot).parents
    if len(parents) != 2:
        return {}
    return changed_entries(repository, parents[0], parents[1], lambda path: path not in paths)


def require_unblocked(
    repository: Repository, snapshot: str, target: str, exclude: Callable[[str], bool]
) -> None:
    """Raise PathBlocked if `restore_paths` would: an ignored file blocks a path."""
    _checkout(repository, snapshot, target, exclude)


def restore_paths(
    repository: Repository,
    snapshot: str,
    target: str,
    exclude: Callable[[str], bool],
    known: Collection[str] = (),
) -> Mapping[str, Entry]:
    """Restore the work tree to `target` at the paths that differ from `snapshot`; return them.

    Files pass git's filters with the attributes of `target`, and each is replaced atomically. Only
    files that the snapshot holds are deleted or overwritten. One that the restored rules ignore is
    taken for the user's and stays, unless it is `known` to be forge's. Raises PathBlocked, before
    anything is changed, if an ignored file blocks a path.
    """
    checkout = _checkout(repository, snapshot, target, exclude)
    checkout.known = frozenset(known)
    checkout.perform()
    return checkout.paths


def _checkout(
    repository: Repository, snapshot: str, target: str, exclude: Callable[[str], bool]
) -> Checkout:
    paths = changed_entries(repository, snapshot, target, exclude)
    output = repository.git("ls-tree", "-r", "-z", "--name-only", snapshot)
    checkout = Checkout(repository, target, paths, frozenset(program.fields(output)))
    if (path := checkout.blocked()) is not None:
        raise PathBlocked(
            f"{path}, which git does not track, is in the way",
            f"move {path} elsewhere, then try again",
        )
    return checkout
