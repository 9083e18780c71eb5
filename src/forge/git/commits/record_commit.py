"""Commits of forge's own files, made without hooks and without an index, and what is read back from
commits.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct

from forge.errors import GitFailed, Held, RepositoryError
from forge.git.commits import refs
from forge.git.fsync import sync_commit, unsynced
from forge.git.index import private
from forge.git.lazy_pygit2 import pygit2
from forge.git.repository import Repository
from forge.git.tree_entries import Entry, with_entries

_FILE = 0o100644
_TRAILER = re.compile(r"^(Forge-[A-Z][A-Za-z]*): (.*)$", re.M)


class HeadMoved(GitFailed):
    """The branch is not where forge left it."""

    kind = "head_moved"
    exit_code = 4


class Commit(Struct, frozen=True):
    """A commit: its id, parents, subject and the `Forge-…` trailers of its message."""

    id: str
    parents: tuple[str, ...]
    subject: str
    trailers: Mapping[str, str]


class Made(NamedTuple):
    """A commit that no ref names yet, and the flushed file that lets a branch name it."""

    commit: str
    ref: Path


def commit_files(
    repository: Repository, files: Mapping[str, bytes], message: str, parent: str, branch: str
) -> str:
    """Commit files on top of `parent` and move `branch` there; return the commit's id.

    The user's index gets the same entries first, the branch moves last. Raises HeadMoved if it is
    not at `parent`.
    """
    try:
        with unsynced():
            blobs = {
                path: str(repository.objects.create_blob(data)) for path, data in files.items()
            }
    except pygit2.GitError as error:
        raise GitFailed(
            f"the record could not be written: {error}", "make room or access, then `forge resume`"
        ) from error
    return commit_entries(
        repository, {path: (_FILE, blob) for path, blob in blobs.items()}, message, parent, branch
    )


def commit_entries(
    repository: Repository, entries: Mapping[str, Entry], message: str, parent: str, branch: str
) -> str:
    """Commit tree entries, path to (mode, object id) or None to take it away, as `commit_files`
    does.
    """
    with written(repository, entries, message, parent) as made:
        if str(_target(repository, branch)) != parent:
            raise HeadMoved(f"{branch} moved while forge was committing", "run `forge resume`")
        private.put_entries(repository, entries)
        move_branch(repository, branch, parent, made, message.partition("\n")[0])
        return made.commit


@contextmanager
def written(
    repository: Repository, entries: Mapping[str, Entry], message: str, parent: str
) -> Iterator[Made]:
    """Write a commit on top of `parent`, which no ref names yet; it is flushed, with all that is at
    the entries.
    """
    objects = repository.objects
    people = signatures(repository)
    try:
        with unsynced():
            tree = with_entries(objects, objects[parent].peel(pygit2.Tree), entries)
            commit = str(
                objects.create_commit(None, *people, message, tree, [pygit2.Oid(hex=parent)])
            )
    except pygit2.GitError as error:
        raise GitFailed(
            f"the commit could not be written: {error}", "make room or access, then `forge resume`"
        ) from error
    with refs.prepared(repository, commit) as ref:
        sync_commit(repository, commit, entries, ref)
        yield Made(commit, ref)


def tree_with(repository: Repository, commit: str, entries: Mapping[str, Entry]) -> str:
    """Write the tree of a commit with entries replaced, and return its id."""
    objects = repository.objects
    return str(with_entries(objects, objects[commit].peel(pygit2.Tree), entries))


def move_branch(repository: Repository, branch: str, old: str, made: Made, reason: str) -> None:
    """Move a branch from `old` to a commit that was just made, by compare-and-swap. Raises
    HeadMoved.
    """
    who = signatures(repository)[1]
    try:
        moved = refs.move(
            repository, branch, (old, made.commit), _as_logged(who), f"commit: {reason}", made.ref
        )
    except Held as error:
        raise HeadMoved(
            f"{branch} could not be moved: {error.message}", "run `forge resume`"
        ) from error
    if not moved:
        raise HeadMoved(f"{branch} is not at {old[:12]} any more", "run `forge resume`")


def _as_logged(who: pygit2.Signature) -> str:
    hours, minutes = divmod(abs(who.offset), 60)
    return (
        f"{who.name} <{who.email}> {who.time}"
        f" {'-' if who.offset < 0 else '+'}{hours:02}{minutes:02}"
    )


def _target(repository: Repository, branch: str) -> pygit2.Oid | None:
    commit = repository.commit_of(branch)
    return pygit2.Oid(hex=commit) if commit is not None else None


def signatures(repository: Repository) -> tuple[pygit2.Signature, pygit2.Signature]:
    """Return author and committer as git itself would make them, dates of the environment
    included.
    """
    return _signature(repository, "AUTHOR"), _signature(repository, "COMMITTER")


@cache
def _ident(repository: Repository, role: str) -> tuple[str, str, int, int]:
    """Return name, mail, seconds and offset as git makes them; asked once, since only the time goes
    on.
    """
    ident = repository.git("var", f"GIT_{role}_IDENT").decode("utf-8", "replace").strip()
    match = re.fullmatch(r"(.*) <(.*)> (\d+) ([+-])(\d\d)(\d\d)", ident)
    if match is None:
        raise RepositoryError(
            f"git names no usable identity: {ident}",
            "set user.name and user.email with `git config`",
        )
    offset = (int(match[5]) * 60 + int(match[6])) * (-1 if match[4] == "-" else 1)
    return match[1] or match[2], match[2] or "none", int(match[3]), offset


def _signature(repository: Repository, role: str) -> pygit2.Signature:
    name, mail, seconds, offset = _ident(repository, role)
    moment = seconds if f"GIT_{role}_DATE" in os.environ else int(time.time())
    return pygit2.Signature(name, mail, moment, offset, "utf-8")


def identity(repository: Repository) -> str:
    """Return `Name <mail>` of the person who works here. Raises RepositoryError where git knows
    none.
    """
    try:
        ident = repository.git("var", "GIT_COMMITTER_IDENT").decode("utf-8", "replace")
    except GitFailed as error:
        raise RepositoryError(
            "git has no identity for commits",
            "run `git config user.name NAME` and `git config user.email MAIL`",
        ) from error
    return ident.rpartition("> ")[0] + ">"


def read(repository: Repository, revision: str) -> Commit:
    """Return a commit. Raises GitFailed where there is none of that name."""
    try:
        found = repository.objects.revparse_single(revision).peel(pygit2.Commit)
    except (KeyError, ValueError, pygit2.GitError) as error:
        raise GitFailed(
            f"there is no commit {revision}", "name a commit, a branch or a tag"
        ) from error
    return _commit(found)


def _commit(found: pygit2.Commit) -> Commit:
    message = found.message
    parents = tuple(str(parent) for parent in found.parent_ids)
    return Commit(str(found.id), parents, message.partition("\n")[0], trailers_in(message))


def trailers_in(message: str) -> dict[str, str]:
    """Return the `Forge-…` trailers of a message."""
    return dict(_TRAILER.findall(message))


def back_to(repository: Repository, tip: str, base: str) -> Iterator[Commit]:
    """Yield the commits from `tip` back to, not including, `base` along first parents; ends early
    at missing history.
    """
    at: str | None = tip
    while at is not None and at != base:
        try:
            commit = _commit(repository.objects[at].peel(pygit2.Commit))
        except (KeyError, pygit2.GitError):
            return
        yield commit
        at = commit.parents[0] if commit.parents else None


def between(repository: Repository, base: str, tip: str) -> Iterator[Commit]:
    """Yield the commits that `tip` has and `base` has not, parents first; all of them where `base`
    is missing here.
    """
    walker = repository.objects.walk(
        pygit2.Oid(hex=tip), pygit2.enums.SortMode.TOPOLOGICAL | pygit2.enums.SortMode.REVERSE
    )
    if base in repository.objects:
        walker.hide(pygit2.Oid(hex=base))
    yield from map(_commit, walker)


def holding_ref(repository: Repository, commit: str) -> str | None:
    """Return the commit of a branch or a tag that has a commit in its history, None where none
    has.
    """
    words = ("for-each-ref", "--count=1", "--format=%(objectname)", f"--contains={commit}")
    found = repository.git(*words, "refs/heads", "refs/remotes", "refs/tags").decode().strip()
    return read(repository, found).id if found else None


def is_ancestor(repository: Repository, older: str, newer: str) -> bool:
    """Say whether `older` is `newer` or one of its ancestors; False where either is missing."""
    if older == newer:
        return True
    try:
        return repository.objects.descendant_of(pygit2.Oid(hex=newer), pygit2.Oid(hex=older))
    except (KeyError, ValueError, pygit2.GitError):
        return False


def names_in(repository: Repository, commit: str, folder: str) -> set[str]:
    """Return the names of the entries of a folder as a commit has it; none where there is no such
    folder.
    """
    try:
        found = repository.objects[commit].peel(pygit2.Tree)[folder]
    except KeyError:
        return set()
    return {entry.name or "" for entry in found} if isinstance(found, pygit2.Tree) else set()


def file_at(repository: Repository, commit: str | None, path: str) -> bytes | None:
    """Return a file's bytes as a commit has them; None where it has no such file, or it is missing
    here.
    """
    try:
        found = repository.objects[commit].peel(pygit2.Tree)[path] if commit else None
    except (KeyError, pygit2.GitError):
        return None
    return found.data if isinstance(found, pygit2.Blob) else None


def blob_data(repository: Repository, blob: str) -> bytes:
    """Return the bytes of a blob. Raises GitFailed where it is missing."""
    found = repository.objects.get(blob)
    if not isinstance(found, pygit2.Blob):
        raise GitFailed(
            f"the object {blob} is missing from this repository", "fetch the history that holds it"
        )
    return found.data
