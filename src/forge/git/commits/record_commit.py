"""Commits given files, without hooks and without checking anything out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from forge.errors import GitFailed, Held
from forge.git import failures, modes
from forge.git.commits import refs
from forge.git.commits.identity import reflog_identity, signatures
from forge.git.fsync import sync_commit, without_fsync
from forge.git.index.user_index import put_entries
from forge.git.lazy_pygit2 import pygit2
from forge.git.repository import Repository
from forge.git.tree_entries import Entry, with_entries

_HINT = "make room or access, then `forge resume`"


class HeadMoved(GitFailed):
    """The branch moved since forge last moved it."""

    kind = "head_moved"
    exit_code = 4


class WrittenCommit(NamedTuple):
    """A commit that no ref names yet, and the flushed file that can become its branch's ref."""

    commit: str
    ref: Path


def commit_files(
    repository: Repository, files: Mapping[str, bytes], message: str, parent: str, branch: str
) -> str:
    """Commit files on top of `parent` and move `branch` there; return the commit's id.

    The user's index gets the same entries first; the branch moves last. Raises HeadMoved if the
    branch is not at `parent`.
    """
    try:
        with without_fsync():
            entries: dict[str, Entry] = {
                path: (modes.FILE, str(repository.objects.create_blob(data)))
                for path, data in files.items()
            }
    except pygit2.GitError as error:
        raise failures.failure(f"the record could not be written: {error}", _HINT) from error
    return commit_entries(repository, entries, message, parent, branch)


def commit_entries(
    repository: Repository,
    entries: Mapping[str, Entry],
    message: str,
    parent: str,
    branch: str,
    *,
    signed: bool = False,
) -> str:
    """Commit tree entries as `commit_files` does; an entry of None removes the path."""
    with written_commit(repository, entries, message, parent, signed=signed) as written:
        if repository.commit_of(branch) != parent:
            raise HeadMoved(f"{branch} moved while forge was committing", "run `forge resume`")
        put_entries(repository, entries)
        move_branch(repository, branch, parent, written, message.partition("\n")[0])
        return written.commit


@contextmanager
def written_commit(
    repository: Repository,
    entries: Mapping[str, Entry],
    message: str,
    parent: str,
    *,
    signed: bool = False,
) -> Iterator[WrittenCommit]:
    """Write a commit on top of `parent` that no ref names yet, and flush it with its entries.

    `signed`: git signs it with the user's key. Raises GitFailed.
    """
    try:
        with without_fsync():
            tree = tree_with(repository, parent, entries)
            write = _signed if signed else _plain
            commit = write(repository, tree, message, parent)
    except pygit2.GitError as error:
        raise failures.failure(f"the commit could not be written: {error}", _HINT) from error
    with refs.prepared(repository, commit) as ref:
        sync_commit(repository, commit, entries, ref)
        yield WrittenCommit(commit, ref)


def _plain(repository: Repository, tree: str, message: str, parent: str) -> str:
    author, committer = signatures(repository)
    parents = [pygit2.Oid(hex=parent)]
    oid = pygit2.Oid(hex=tree)
    return str(repository.objects.create_commit(None, author, committer, message, oid, parents))


def _signed(repository: Repository, tree: str, message: str, parent: str) -> str:
    """Let git write and sign a commit; no ref and no index changes, even if forge is killed."""
    words = ("commit-tree", "-S", "-p", parent, "-F", "-", tree)
    return repository.git(*words, stdin=message.encode()).decode("ascii").strip()


def tree_with(repository: Repository, commit: str, entries: Mapping[str, Entry]) -> str:
    """Write the tree of a commit with entries replaced; return the tree's id."""
    objects = repository.objects
    return str(with_entries(objects, objects[commit].peel(pygit2.Tree), entries))


def move_branch(
    repository: Repository, branch: str, old: str, new: WrittenCommit, reason: str
) -> None:
    """Move a branch from `old` to a new commit by compare-and-swap. Raises HeadMoved."""
    who, change = reflog_identity(repository), (old, new.commit)
    try:
        moved = refs.move(repository, branch, change, who, f"commit: {reason}", new.ref)
    except Held as error:
        raise HeadMoved(
            f"{branch} could not be moved: {error.message}", "run `forge resume`"
        ) from error
    if not moved:
        raise HeadMoved(f"{branch} is not at {old[:12]} any more", "run `forge resume`")
