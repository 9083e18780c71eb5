"""Reverts commits: which paths they changed, how these were before, and who changed them since."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from msgspec import Struct, field

from forge.errors import ForgeError
from forge.git import modes, program
from forge.git.lazy_pygit2 import pygit2
from forge.git.objects.commit import Commit, commits_between
from forge.git.repository import Repository
from forge.git.restore.raw_diff import parse_raw_diff
from forge.git.tree_entries import Entry, entry_at

_MOST_LISTED = 10


class ChangedSince(ForgeError):
    """Others changed some of the paths since the commits that are to be reverted."""

    kind = "changed_since"

    def __init__(self, problems: Sequence[str]) -> None:
        hidden = len(problems) - _MOST_LISTED
        more = [f"and {hidden} more"] if hidden > 0 else []
        super().__init__(
            [
                "nothing was taken back, since these paths were changed by others:",
                *(f"  {problem}" for problem in [*problems[:_MOST_LISTED], *more]),
            ],
            "commit or set aside what is yours, or revert it; `git revert COMMIT` takes back one"
            " commit by hand",
        )


class RevertPlan(Struct, frozen=True):
    """The result of reverting commits: each path with its entry before them and after them.

    `target` is the commit before the first of them.
    """

    before: Mapping[str, Entry] = field(default_factory=dict)
    after: Mapping[str, Entry] = field(default_factory=dict)
    target: str = ""

    def due(self, repository: Repository, head: str) -> dict[str, Entry]:
        """Return the paths that still have to change on top of `head`, with their old entries."""
        tree = _tree(repository, head)
        return {
            path: entry
            for path, entry in self.before.items()
            if entry_at(repository.objects, tree, path) != entry
        }

    def problems(
        self,
        repository: Repository,
        head: str,
        work_tree: str,
        own_paths: Collection[str] = (),
        *,
        under_way: bool = False,
    ) -> Iterator[str]:
        """Yield what others changed since in a commit, in the index, or in the work tree.

        `work_tree` is a snapshot of it. Uncommitted changes at `own_paths` are not of others. If
        the revert is `under_way`, some paths may already be as they were before.
        """
        check = _RevertCheck(self, repository, head, work_tree, own_paths, under_way)
        yield from filter(None, map(check.problem, self.before))


class _RevertCheck:
    """Checks each path of a plan against HEAD, the index and a snapshot of the work tree."""

    def __init__(
        self,
        plan: RevertPlan,
        repository: Repository,
        head: str,
        work_tree: str,
        own_paths: Collection[str],
        under_way: bool,
    ) -> None:
        self.plan = plan
        self.repository = repository
        self.head = head
        self.committed = _tree(repository, head)
        self.work_tree = _tree(repository, work_tree)
        self.staged = _staged(repository, head)
        self.own_paths = own_paths
        self.under_way = under_way

    def problem(self, path: str) -> str | None:
        before, after = self.plan.before[path], self.plan.after[path]
        now = self._entry(self.committed, path)
        if any(entry is not None and entry[0] == modes.SUBMODULE for entry in (before, after)):
            return f"{path} is a submodule: set it by hand"
        if now not in (before, after):
            return f"{path} was changed by {self._last_commit(path)}"
        if path not in self.own_paths:
            accepted = (before, now) if self.under_way else (now,)
            if self._entry(self.work_tree, path) not in accepted:
                return f"{path} has uncommitted changes"
            if self.staged.get(path, now) not in accepted:
                return f"{path} has staged changes"
        if before is not None and (file := self._file_above(path)):
            return f"{file} is a file, and {path} needs a folder there"
        return None

    def _entry(self, tree: pygit2.Tree, path: str) -> Entry:
        """Return the entry of a tree at a path; None for a folder whose files are all removed."""
        entry = entry_at(self.repository.objects, tree, path)
        if entry is None or entry[0] != modes.FOLDER:
            return entry
        words = ("ls-tree", "-r", "-z", "--name-only", str(tree.id), f"{path}/")
        files = program.fields(self.repository.git(*words))
        before = self.plan.before
        return None if all(before.get(name, entry) is None for name in files) else entry

    def _file_above(self, path: str) -> str | None:
        """Return a file in HEAD or the work tree that has to be a folder for the path; None if
        it does not exist or the revert removes it.
        """
        parts = path.split("/")
        for folder in ("/".join(parts[:number]) for number in range(1, len(parts))):
            entries = (
                entry_at(self.repository.objects, tree, folder)
                for tree in (self.committed, self.work_tree)
            )
            is_file = any(entry is not None and entry[0] != modes.FOLDER for entry in entries)
            if is_file and self.plan.before.get(folder, True) is not None:
                return folder
        return None

    def _last_commit(self, path: str) -> str:
        literal = {"GIT_LITERAL_PATHSPECS": "1"}
        words = ("log", "-1", "--format=%h (%s)", self.head, "--", path)
        return self.repository.git(*words, env=literal).decode("utf-8", "replace").strip()


def commits_of(
    repository: Repository, runs: Collection[str], base: str, head: str, also: Collection[str]
) -> list[Commit]:
    """Return the commits of runs between `base` and `head`, oldest first, merged ones included.

    They are recognized by their trailer; `also` has the ids of further commits.
    """
    return [
        commit
        for commit in commits_between(repository, base, head)
        if commit.trailers.get("Forge-Run") in runs or commit.id in also
    ]


def plan_revert(
    repository: Repository,
    commits: Sequence[Commit],
    reverted: Collection[str],
    exclude: Callable[[str], bool],
    spared: Mapping[str, Collection[str]] | None = None,
) -> RevertPlan:
    """Return the result of reverting the commits whose ids are in `reverted`.

    `commits` are given oldest first; the others of them may have changed the same paths later.
    Excluded paths are left out, and the `spared` paths of each commit. Raises ChangedSince if a
    path was changed by others between two of the commits.
    """
    before: dict[str, Entry] = {}
    after: dict[str, Entry] = {}
    target, problems = "", []
    for commit in commits:
        for path, old, new in _changes(repository, commit):
            if exclude(path) or path in (spared or {}).get(commit.id, ()):
                continue
            if path not in after and commit.id not in reverted:
                continue
            if path in after and after[path] != old:
                problems.append(
                    f"{path} was changed by others before {commit.id[:10]} ({commit.subject})"
                )
            target = target or commit.parents[0]
            before.setdefault(path, old)
            after[path] = new
    if problems:
        raise ChangedSince(problems)
    changed = [path for path in before if before[path] != after[path]]
    return RevertPlan(
        {path: before[path] for path in changed}, {path: after[path] for path in changed}, target
    )


def _changes(repository: Repository, commit: Commit) -> Iterator[tuple[str, Entry, Entry]]:
    old, new = (_tree(repository, oid) for oid in (commit.parents[0], commit.id))
    for delta in old.diff_to_tree(new).deltas:
        is_added = delta.status == pygit2.enums.DeltaStatus.ADDED
        is_gone = delta.status == pygit2.enums.DeltaStatus.DELETED
        path = os.fsdecode((delta.old_file if is_gone else delta.new_file).raw_path)
        before = None if is_added else (int(delta.old_file.mode), str(delta.old_file.id))
        after = None if is_gone else (int(delta.new_file.mode), str(delta.new_file.id))
        yield path, before, after


def _tree(repository: Repository, oid: str) -> pygit2.Tree:
    return repository.objects[pygit2.Oid(hex=oid)].peel(pygit2.Tree)


def _staged(repository: Repository, head: str) -> dict[str, Entry]:
    """Return the entries of the index that differ from a commit."""
    words = ("diff-index", "--cached", "--raw", "-z", "--no-renames", "--no-abbrev", head, "--")
    return parse_raw_diff(repository.git(*words))
