"""Keeps what a question is about: the paths that it lists, each as it was when it was asked.

A subject is stored as a commit whose only parent is the state that its paths are compared with, so
that `git show` shows it and `git cherry-pick -n` brings it back. It is found by its ref under
`refs/forge/safety/`, and takes the same room in a record for one path as for 20,000.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping

from forge.git.commits.identity import signatures
from forge.git.commits.record_commit import tree_with
from forge.git.fsync import stored_ids, sync_objects
from forge.git.index.private_index import private_index
from forge.git.lazy_pygit2 import pygit2
from forge.git.repository import Repository
from forge.git.restore.raw_diff import parse_raw_diff
from forge.git.restore.snapshot import SAFETY, changed_entries, number_commit
from forge.git.status import STATUS, parse_status
from forge.git.tree_entries import Entry

_MOST_ARGUMENTS = 500  # paths on one command line
_ABSENT = (0, "0" * 40)


def keep_subject(
    repository: Repository, name: str, base: str, entries: Mapping[str, Entry], reason: str
) -> str:
    """Keep entries on top of the commit `base` under `refs/forge/safety/<name>/<n>`; return the id
    of their commit.
    """
    objects = repository.objects
    sync_objects(repository, stored_ids(entries.values()))
    tree = pygit2.Oid(hex=tree_with(repository, base, entries))
    parents = [pygit2.Oid(hex=base)]
    commit = objects.create_commit(None, *signatures(repository), reason, tree, parents)
    number_commit(repository, str(commit), f"{SAFETY}/{name}")
    return str(commit)


def subject_entries(repository: Repository, kept: str) -> dict[str, Entry]:
    """Return the paths of a subject with their entries; None for a path that is deleted."""
    return changed_entries(repository, f"{kept}^", kept, lambda path: False)


def entries_sha256(entries: Iterable[tuple[str, Entry]]) -> str:
    """Return the SHA-256 that identifies paths with their entries: mode, object id and path of
    each, sorted by path.
    """
    rows = sorted((path, *(entry or _ABSENT)) for path, entry in entries)
    text = "".join(f"{mode:o} {blob} {path}\0" for path, mode, blob in rows)
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def staged_as(repository: Repository, entries: Mapping[str, Entry]) -> set[str]:
    """Return the paths whose entry in the user's index is the given one, and not that of HEAD."""
    words = ("diff-index", "--cached", "--raw", "-z", "--no-renames", "--no-abbrev", "HEAD", "--")
    staged = parse_raw_diff(repository.git(*words))
    return {path for path, entry in staged.items() if path in entries and entries[path] == entry}


def differing(repository: Repository, revision: str, paths: Collection[str]) -> set[str]:
    """Return the paths that are not in the work tree as a revision has them.

    A path that the revision lacks differs if a file is there that git does not ignore. What is
    uncommitted inside a submodule does not count.
    """
    wanted = set(paths)
    arguments = sorted(wanted) if len(wanted) < _MOST_ARGUMENTS else []
    with private_index(repository) as copy:
        copy.git("read-tree", "--reset", revision)
        words = [*STATUS, "--ignore-submodules=dirty"]
        entries = parse_status(copy.git(*words, "--", *arguments))
    return {entry.path for entry in entries if entry.tree != " "} & wanted
