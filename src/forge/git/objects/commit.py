"""Reads commits: their trailers, their ancestry, and the files they hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from forge.errors import GitFailed
from forge.git.lazy_pygit2 import pygit2
from forge.git.repository import Repository

_TRAILER = re.compile(r"^(Forge-[A-Z][A-Za-z]*): (.*)$", re.M)


class Commit(Struct, frozen=True):
    """A commit with the `Forge-…` trailers of its message."""

    id: str
    parents: tuple[str, ...]
    subject: str
    trailers: Mapping[str, str]


def read_commit(repository: Repository, revision: str) -> Commit:
    """Return the commit of a revision. Raises GitFailed if it does not exist."""
    try:
        commit = repository.objects.revparse_single(revision).peel(pygit2.Commit)
    except (KeyError, ValueError, pygit2.GitError) as error:
        raise GitFailed(
            f"there is no commit {revision}", "name a commit, a branch or a tag"
        ) from error
    return _parsed(commit)


def _parsed(commit: pygit2.Commit) -> Commit:
    message = commit.message
    parents = tuple(str(parent) for parent in commit.parent_ids)
    return Commit(str(commit.id), parents, message.partition("\n")[0], trailers_in(message))


def trailers_in(message: str) -> dict[str, str]:
    """Return the `Forge-…` trailers of a message."""
    return dict(_TRAILER.findall(message))


def message_lines(repository: Repository, commit: str) -> set[str]:
    """Return the lines of a commit's message, without indentation: a squash merge indents the
    messages that it lists. Raises GitFailed.
    """
    try:
        message = repository.objects[commit].peel(pygit2.Commit).message
    except (KeyError, ValueError, pygit2.GitError) as error:
        raise GitFailed(
            f"the commit {commit[:12]} cannot be read: {error}", "`git fsck`"
        ) from error
    return {line.strip() for line in message.splitlines()}


def first_parents(repository: Repository, tip: str, base: str) -> Iterator[Commit]:
    """Yield the commits from `tip` back to `base`, `base` excluded, along first parents.

    Ends early if history is missing in this clone.
    """
    oid: str | None = tip
    while oid is not None and oid != base:
        try:
            commit = _parsed(repository.objects[oid].peel(pygit2.Commit))
        except (KeyError, pygit2.GitError):
            return
        yield commit
        oid = commit.parents[0] if commit.parents else None


def commits_between(repository: Repository, base: str, tip: str) -> Iterator[Commit]:
    """Yield the commits of `tip` that `base` does not contain, parents first.

    Yields all commits of `tip` if `base` is missing in this clone.
    """
    order = pygit2.enums.SortMode.TOPOLOGICAL | pygit2.enums.SortMode.REVERSE
    walker = repository.objects.walk(pygit2.Oid(hex=tip), order)
    if base in repository.objects:
        walker.hide(pygit2.Oid(hex=base))
    yield from map(_parsed, walker)


def tip_containing(repository: Repository, commit: str) -> str | None:
    """Return the commit of a branch or tag whose history contains `commit`, or None."""
    words = ("for-each-ref", "--count=1", "--format=%(objectname)", f"--contains={commit}")
    tip = repository.git(*words, "refs/heads", "refs/remotes", "refs/tags").decode().strip()
    return read_commit(repository, tip).id if tip else None


def is_ancestor(repository: Repository, older: str, newer: str) -> bool:
    """Return whether `older` is `newer` or an ancestor of it; False if either is missing."""
    if older == newer:
        return True
    try:
        return repository.objects.descendant_of(pygit2.Oid(hex=newer), pygit2.Oid(hex=older))
    except (KeyError, ValueError, pygit2.GitError):
        return False


def exists(repository: Repository, commit: str) -> bool:
    """Return whether a commit is in this repository."""
    try:
        return commit in repository.objects
    except (ValueError, pygit2.GitError):
        return False


def names_in(repository: Repository, commit: str, folder: str) -> set[str]:
    """Return the names of the entries of a folder in a commit; empty if it is missing."""
    try:
        tree = repository.objects[commit].peel(pygit2.Tree)[folder]
    except KeyError:
        return set()
    return {entry.name or "" for entry in tree} if isinstance(tree, pygit2.Tree) else set()


def file_at(repository: Repository, commit: str | None, path: str) -> bytes | None:
    """Return the bytes of a file in a commit; None if it has no such file or it is missing."""
    try:
        blob = repository.objects[commit].peel(pygit2.Tree)[path] if commit else None
    except (KeyError, pygit2.GitError):
        return None
    return blob.data if isinstance(blob, pygit2.Blob) else None


def blob_data(repository: Repository, oid: str) -> bytes:
    """Return the bytes of a blob. Raises GitFailed if it is missing."""
    blob = repository.objects.get(oid)
    if not isinstance(blob, pygit2.Blob):
        raise GitFailed(
            f"the object {oid} is missing from this repository", "fetch the history that holds it"
        )
    return blob.data
