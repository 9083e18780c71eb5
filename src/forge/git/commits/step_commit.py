"""Stages what changed in the work tree since a commit, and commits exactly that as the user's own
`git commit` would.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from msgspec import Struct

from forge.git import hooks, program
from forge.git.commits.changes import Changes, changes_sha256
from forge.git.commits.record_commit import move_branch, written_commit
from forge.git.commits.staged_diff import fast_changes, staged_changes
from forge.git.commits.stale_locks import remove_stale_ref_locks
from forge.git.fsync import sync_objects
from forge.git.index.clean_check import CleanCheck
from forge.git.index.private_index import PrivateIndex, private_index
from forge.git.index.staging import changed_paths, stage_paths, stage_tree
from forge.git.index.user_index import put_entries
from forge.git.lazy_pygit2 import pygit2
from forge.git.objects.commit import read_commit, trailers_in
from forge.git.objects.store import ObjectStore
from forge.git.repository import Repository
from forge.git.tree_entries import Entry

_COMMIT = ("commit", "-q", "--cleanup=verbatim", "-F", "-")

Exclude = Callable[[str], bool]


class Staging(Struct, frozen=True):
    """A private index at HEAD plus what changed in the work tree, and those changes against `base`.

    `whole`: the copy holds everything that the user's index holds, and may replace it. `nested`:
    folders that are repositories of their own, which cannot be committed here.
    """

    copy: PrivateIndex
    base: str
    exclude: Exclude
    whole: bool
    changes: Changes
    nested: tuple[str, ...] = ()

    def commit(
        self, message: str, attempt: program.Attempt = program.attempt
    ) -> tuple[str, list[str]]:
        """Commit exactly these changes with the user's hooks, signing and identity.

        Returns the commit's id and the paths that a hook changed. `attempt` runs git, since hooks
        may take long. If a hook only rewrites these files and fails, the commit is tried once more.
        Without hooks and signing the same commit is made without git. Raises GitFailed with the
        message of git or the hook.
        """
        repository, head = self.copy.repository, self.copy.repository.head()
        is_plain = head.branch is not None and head.commit == self.base
        if is_plain and not hooks.affect_commits(repository):
            return self._commit_without_git(message, str(head.branch)), []
        sync_objects(repository, {entry.blob for entry in self.changes.entries})
        result = self._attempt(message, attempt)
        if result.returncode == 0:
            return self._committed()
        with stage(repository, self.base, self.exclude) as again:
            if self._is_rewritten_by(again) and again._attempt(message, attempt).returncode == 0:
                commit, _ = again._committed()
                return commit, self._paths_changed_by_hook(commit)
        raise program.failed(_COMMIT, result)

    def _is_rewritten_by(self, other: Staging) -> bool:
        """Return whether other changes are other content for some of the same paths."""
        return other.changes.sha256 != self.changes.sha256 and set(other.changes.paths) <= set(
            self.changes.paths
        )

    def _commit_without_git(self, message: str, branch: str) -> str:
        repository = self.copy.repository
        entries = {change.path: change.entry for change in self.changes.entries}
        text = message.encode("utf-8", "replace").decode()
        with written_commit(repository, entries, text, self.base) as written:
            move_branch(repository, branch, self.base, written, message.partition("\n")[0])
        if not self.whole or not self.copy.publish():
            put_entries(repository, entries)
        return written.commit

    def _attempt(
        self, message: str, attempt: program.Attempt
    ) -> subprocess.CompletedProcess[bytes]:
        """Run `git commit`, remove the locks of a killed git process, and report success if the
        commit was made before the process died.
        """
        repository = self.copy.repository
        before, since = repository.head().commit, time.time()
        data = message.encode("utf-8", "replace")
        result = attempt(repository.root, *_COMMIT, stdin=data, env=self.copy.env)
        if result.returncode == 0:
            return result
        # a shell between forge and git reports a signal as 128 and more
        was_killed = result.returncode < 0 or result.returncode > 128
        run = trailers_in(message).get("Forge-Run", "")
        remove_stale_ref_locks(repository, [run], since if was_killed else None)
        head = repository.head().commit
        if head != before and _is_commit_of(repository, str(head), str(before), message):
            return subprocess.CompletedProcess(result.args, 0, result.stdout, result.stderr)
        return result

    def _committed(self) -> tuple[str, list[str]]:
        repository = self.copy.repository
        commit = repository.head().commit or ""
        rewritten = self._paths_changed_by_hook(commit)
        if not self.whole or rewritten or not self.copy.publish():
            put_entries(repository, _entries_between(repository, f"{commit}^", commit))
        return commit, rewritten

    def _paths_changed_by_hook(self, commit: str) -> list[str]:
        """Return the paths in which a commit differs from these changes."""
        committed = _entries_between(self.copy.repository, self.base, commit)
        actual = {path: entry for path, entry in committed.items() if not self.exclude(path)}
        expected: dict[str, Entry] = {change.path: change.entry for change in self.changes.entries}
        unchanged = object()
        return sorted(
            path
            for path in expected.keys() | actual.keys()
            if expected.get(path, unchanged) != actual.get(path, unchanged)
        )


def _is_commit_of(repository: Repository, commit: str, parent: str, message: str) -> bool:
    """Return whether a commit has a parent and the trailers of a message."""
    actual = read_commit(repository, commit)
    return actual.parents == (parent,) and actual.trailers.items() >= trailers_in(message).items()


def rewritten_paths(
    repository: Repository, base: str, commit: str, exclude: Exclude, sha256: str
) -> list[str]:
    """Return the paths that a hook may have rewritten if only `Changes.sha256` is known: none or
    all of the commit's paths.
    """
    store = ObjectStore(repository)
    before, after = (store.root(store.commit(revision)) for revision in (base, commit))
    changes = [change for change in store.changes(before, after) if not exclude(change[0])]
    is_same = changes_sha256(changes) == sha256
    return [] if is_same else sorted(path for path, _, _ in changes)


def repair_index(repository: Repository, commit: str) -> None:
    """Update the user's index to a commit that was made just before a crash, at the paths that are
    still as in its parent.
    """
    committed = _entries_between(repository, f"{commit}^", commit)
    if not committed:
        return
    parent = _entries_between(repository, commit, f"{commit}^")
    staged = _staged_entries(repository, committed)
    outdated = {
        path: entry
        for path, entry in committed.items()
        if staged.get(path) == parent.get(path) != entry
    }
    if outdated:
        put_entries(repository, outdated)


def _staged_entries(repository: Repository, paths: dict[str, Entry]) -> dict[str, Entry]:
    literal = {"GIT_LITERAL_PATHSPECS": "1"}
    output = repository.git("ls-files", "-s", "-z", "--", *paths, env=literal)
    entries: dict[str, Entry] = {}
    for line in program.fields(output):
        facts, path = line.split("\t", 1)
        mode, blob, _ = facts.split(" ")
        entries[path] = (int(mode, 8), blob)
    return entries


def changed_in_tree(repository: Repository) -> list[str]:
    """Return the paths of the work tree that differ from HEAD, whatever is staged; ignored files
    are left out.
    """
    entries = repository.dirty()
    if not any(entry.is_staged for entry in entries):
        return [entry.path for entry in entries]
    with private_index(repository) as copy:
        copy.git("read-tree", "--reset", "HEAD")
        return [entry.path for entry in changed_paths(copy)]


@contextmanager
def stage(
    repository: Repository, base: str, exclude: Exclude, clean_check: CleanCheck | None = None
) -> Iterator[Staging]:
    """Yield what the work tree changes against a commit, ready to commit.

    Ignored files and excluded paths are left out. `clean_check` remembers which files are ignored.
    Raises GitFailed.
    """
    is_head = base == repository.head().commit
    with private_index(repository) as copy:
        check = clean_check or CleanCheck(repository)
        staged = stage_tree(copy, exclude, check) if is_head else None
        if staged is not None:
            changes = fast_changes(repository, staged) or staged_changes(copy, base, exclude)
            yield Staging(copy, base, exclude, whole=True, changes=changes)
            return
    with private_index(repository) as copy:
        changed = changed_paths(copy)
        whole = not any(entry.is_staged for entry in changed)
        if not whole:
            copy.git("read-tree", "--reset", "HEAD")
            changed = changed_paths(copy)
        wanted = [entry.path for entry in changed if not exclude(entry.path)]
        paths = [path for path in wanted if not path.endswith("/")]
        nested = tuple(path for path in wanted if path.endswith("/"))
        stage_paths(copy, paths, flush=False)
        changes = staged_changes(copy, base, exclude) if paths or not is_head else Changes()
        yield Staging(copy, base, exclude, whole, changes, nested)


def _entries_between(repository: Repository, old: str, new: str) -> dict[str, Entry]:
    """Return the changed paths between two revisions with their new entries; None for a path that
    is gone.
    """
    before, after = (
        repository.objects.revparse_single(revision).peel(pygit2.Tree) for revision in (old, new)
    )
    entries: dict[str, Entry] = {}
    for delta in before.diff_to_tree(after).deltas:
        is_gone = delta.status == pygit2.enums.DeltaStatus.DELETED
        file = delta.old_file if is_gone else delta.new_file
        path = os.fsdecode(file.raw_path)
        entries[path] = None if is_gone else (int(file.mode), str(file.id))
    return entries
