"""Stages what changed in the work tree since a commit, and commits exactly that as the user's own
`git commit` would.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from msgspec import Struct

from forge.git import hooks, program
from forge.git.commits.changes import Changes, changes_sha256
from forge.git.commits.record_commit import HeadMoved, move_branch, written_commit
from forge.git.commits.staged_diff import fast_changes, staged_changes
from forge.git.commits.stale_locks import remove_stale_ref_locks
from forge.git.fsync import stored_ids, sync_commit, sync_objects
from forge.git.index.clean_check import CleanCheck
from forge.git.index.private_index import PrivateIndex, private_index
from forge.git.index.staging import changed_paths, stage_paths, stage_tree
from forge.git.index.user_index import put_entries
from forge.git.lazy_pygit2 import pygit2
from forge.git.objects.commit import Commit, first_parents, trailers_in
from forge.git.objects.store import ObjectStore
from forge.git.repository import Repository
from forge.git.tree_entries import Entry, entry_at

_COMMIT = ("commit", "-q", "--cleanup=verbatim", "-F", "-")

Exclude = Callable[[str], bool]


class Committed(Struct, frozen=True):
    """A commit that was made, and what the user's hooks did meanwhile.

    `hook_changed`: paths in which it differs from the changes that were to be committed.
    `hook_commits`: commits that hooks made on top of it, oldest first. `message_changed`: a hook
    replaced the message, so that forge's trailers are gone and the commit is known by its id only.
    """

    commit: str
    hook_changed: tuple[str, ...] = ()
    hook_commits: tuple[str, ...] = ()
    message_changed: bool = False


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

    def commit(self, message: str, attempt: program.Attempt = program.attempt_as_user) -> Committed:
        """Commit exactly these changes with the user's hooks, signing and identity.

        `attempt` runs git, since hooks may take long. If a hook only rewrites these files and
        fails, the commit is tried once more. Without hooks and signing the same commit is made
        without git. Raises GitFailed with the message of git or the hook, HeadMoved if a hook moved
        the branch elsewhere.
        """
        repository, head = self.copy.repository, self.copy.repository.head()
        is_plain = head.branch is not None and head.commit == self.base
        if is_plain and not hooks.affect_commits(repository):
            return Committed(self._commit_without_git(message, str(head.branch)))
        sync_objects(repository, stored_ids(self._entries().values()))
        before = str(head.commit)
        result = self._attempt(message, attempt)
        if result.returncode == 0:
            return self._committed(before, message)
        with stage(repository, self.base, self.exclude) as again:
            if self._is_rewritten_by(again) and again._attempt(message, attempt).returncode == 0:
                return self._committed(before, message)
        raise program.failed(_COMMIT, result)

    def _is_rewritten_by(self, other: Staging) -> bool:
        """Return whether other changes are other content for some of the same paths."""
        return other.changes.sha256 != self.changes.sha256 and set(other.changes.paths) <= set(
            self.changes.paths
        )

    def _commit_without_git(self, message: str, branch: str) -> str:
        repository = self.copy.repository
        entries = self._entries()
        text = message.encode("utf-8", "replace").decode()
        with written_commit(repository, entries, text, self.base) as written:
            move_branch(repository, branch, self.base, written, message.partition("\n")[0])
        if not self.whole or not self.copy.publish():
            put_entries(repository, entries)
        return written.commit

    def _entries(self) -> dict[str, Entry]:
        return {change.path: change.entry for change in self.changes.entries}

    def _attempt(
        self, message: str, attempt: program.Attempt
    ) -> subprocess.CompletedProcess[bytes]:
        """Run `git commit`, remove the locks of a killed git process, and report success if the
        commit was made before the process died.

        If the copy may replace the user's index, it does so first: hooks then see what they see in
        a commit by hand, and may stash, add and commit. Otherwise git is given the copy, as a
        commit of some paths gives hooks an index of its own. A commit that fails leaves nothing
        staged.
        """
        repository = self.copy.repository
        before, since = str(repository.head().commit), time.time()
        data = message.encode("utf-8", "replace")
        published = self.whole and self.copy.publish()
        env = {} if published else {"GIT_INDEX_FILE": str(self.copy.path)}
        words = (*hooks.encoding_words(repository), *_COMMIT)
        result = attempt(repository.root, *words, stdin=data, env=env)
        if result.returncode != 0:
            # a shell between forge and git reports a signal as 128 and more
            was_killed = result.returncode < 0 or result.returncode > 128
            run = trailers_in(message).get("Forge-Run", "")
            remove_stale_ref_locks(repository, [run], since if was_killed else None)
            if not self._was_committed(before, message):
                if published:
                    self._unstage(before)
                return result
        head = str(repository.head().commit)
        _flush(repository, before, head)
        if not published:
            put_entries(repository, entries_between(repository, before, head))
        return subprocess.CompletedProcess(result.args, 0, result.stdout, result.stderr)

    def _unstage(self, head: str) -> None:
        """Set the index to HEAD again at the paths that were staged for the commit."""
        repository = self.copy.repository
        tree = repository.objects[head].peel(pygit2.Tree)
        put_entries(
            repository, {path: entry_at(repository.objects, tree, path) for path in self._entries()}
        )

    def _was_committed(self, before: str, message: str) -> bool:
        """Return whether the first commit on top of `before` is the one that git was to make."""
        made = _first_after(self.copy.repository, before)
        if made is None:
            return False
        if made.trailers.items() >= trailers_in(message).items():
            return True
        actual = entries_between(self.copy.repository, self.base, made.id)
        return all(actual.get(path, ()) == entry for path, entry in self._entries().items())

    def _committed(self, before: str, message: str) -> Committed:
        """Return what git and the hooks committed on top of `before`. Raises HeadMoved."""
        repository = self.copy.repository
        line = commits_after(repository, before)
        if not line:
            raise HeadMoved(
                f"a hook moved HEAD away from {before[:12]} and the commit on top of it",
                "look at it (`git reflog`), then `forge resume`",
            )
        made, *later = line
        return Committed(
            made.id,
            tuple(sorted(self._paths_changed_by_hook(before, made.id))),
            tuple(commit.id for commit in later),
            not made.trailers.items() >= trailers_in(message).items(),
        )

    def _paths_changed_by_hook(self, before: str, commit: str) -> set[str]:
        """Return the paths in which a commit on top of `before` differs from these changes, and
        excluded paths that it holds.
        """
        repository = self.copy.repository
        made = entries_between(repository, before, commit)
        actual = made if before == self.base else entries_between(repository, self.base, commit)
        actual = {path: entry for path, entry in actual.items() if not self.exclude(path)}
        expected, unchanged = self._entries(), object()
        different = {
            path
            for path in expected.keys() | actual.keys()
            if expected.get(path, unchanged) != actual.get(path, unchanged)
        }
        return different | set(filter(self.exclude, made))


def commits_after(repository: Repository, before: str) -> list[Commit]:
    """Return the commits on top of `before` along first parents, oldest first; none if HEAD does
    not descend from it that way.
    """
    head = repository.head().commit
    line = list(first_parents(repository, head, before)) if head else []
    return line[::-1] if line and line[-1].parents[:1] == (before,) else []


def _first_after(repository: Repository, before: str) -> Commit | None:
    return next(iter(commits_after(repository, before)), None)


def _flush(repository: Repository, before: str, head: str) -> None:
    """Flush what git wrote for the commits between two heads, and the ref of HEAD."""
    entries = entries_between(repository, before, head)
    branch = repository.head().branch
    ref = repository.common_dir / branch if branch else repository.git_dir / "HEAD"
    for commit in commits_after(repository, before):
        sync_commit(repository, commit.id, entries, ref)


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
    committed = entries_between(repository, f"{commit}^", commit)
    if not committed:
        return
    parent = entries_between(repository, commit, f"{commit}^")
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
        in_index = [entry for entry in changed if entry.is_staged]
        # what a runner staged belongs to the step; what the user staged stays staged
        whole = not any(exclude(entry.path) for entry in in_index)
        if in_index:
            copy.git("read-tree", "--reset", "HEAD")
            changed = changed_paths(copy)
        wanted = [entry.path for entry in changed if not exclude(entry.path)]
        paths = [path for path in wanted if not path.endswith("/")]
        nested = tuple(path for path in wanted if path.endswith("/"))
        stage_paths(copy, paths, flush=False)
        changes = staged_changes(copy, base, exclude) if paths or not is_head else Changes()
        yield Staging(copy, base, exclude, whole, changes, nested)


@contextmanager
def stage_entries(repository: Repository, entries: Mapping[str, Entry]) -> Iterator[Staging]:
    """Yield HEAD with exactly these entries, ready to commit, whatever the work tree has by now.

    None removes a path. Raises GitFailed.
    """
    head = str(repository.head().commit)
    with private_index(repository) as copy:
        copy.git("read-tree", "--reset", head)
        lines = [
            f"0 {'0' * 40}\t{path}" if entry is None else f"{entry[0]:o} {entry[1]}\t{path}"
            for path, entry in sorted(entries.items(), key=lambda item: item[1] is not None)
        ]
        copy.git("update-index", "-z", "--index-info", stdin=program.nul_joined(lines))

        def exclude(path: str) -> bool:
            return path not in entries

        changes = staged_changes(copy, head, exclude)
        yield Staging(copy, head, exclude, whole=False, changes=changes)


def entries_between(repository: Repository, old: str, new: str) -> dict[str, Entry]:
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
