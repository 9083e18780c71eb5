"""Taking commits back: which paths they changed, how these were before, and whether somebody
changed them since.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from msgspec import Struct, field

from forge.errors import ForgeError
from forge.git import modes, program
from forge.git.lazy_pygit2 import pygit2
from forge.git.objects.commit import Commit, commits_between
from forge.git.repository import Repository
from forge.git.tree_entries import Entry, entry_at

_LISTED = 10


class ChangedSince(ForgeError):
    """Paths that somebody else changed since the commits that are to be taken back."""

    kind = "changed_since"

    def __init__(self, problems: Sequence[str]) -> None:
        more = [f"and {len(problems) - _LISTED} more"] if len(problems) > _LISTED else []
        listed = "\n".join(f"  {problem}" for problem in [*problems[:_LISTED], *more])
        super().__init__(
            f"nothing was taken back, since these paths were changed by others:\n{listed}",
            "commit or put aside what is yours, or revert it; `git revert COMMIT` takes back one"
            " commit by hand",
        )


class RevertPlan(Struct, frozen=True):
    """What taking commits back comes to: each path as it was before them, and as they left it."""

    before: Mapping[str, Entry] = field(default_factory=dict)
    after: Mapping[str, Entry] = field(default_factory=dict)
    target: str = ""

    def due(self, repository: Repository, head: str) -> dict[str, Entry]:
        """Return what has to change on top of `head`: each path that is not yet as it was, with its
        entry.
        """
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
        lying: str,
        mine: Collection[str] = (),
        *,
        under_way: bool = False,
    ) -> Iterator[str]:
        """Yield what others changed since, in a commit, in the index, or in the work tree; `lying`
        is the tree that lies there.

        What lies uncommitted at the paths of `mine` is no other's, and what is `under_way` is
        already as it was here and there.
        """
        committed, there, staged = (
            _tree(repository, head),
            _tree(repository, lying),
            _staged(repository, head),
        )
        for path, before in self.before.items():
            after, now = self.after[path], self._at(repository, committed, path)
            if modes.SUBMODULE in (before or (0,))[:1] + (after or (0,))[:1]:
                yield f"{path} is a submodule: set it by hand"
            elif now not in (before, after):
                yield f"{path} was changed by {self._who(repository, head, path)}"
            elif path not in mine and self._at(repository, there, path) not in (
                (before, now) if under_way else (now,)
            ):
                yield f"{path} has uncommitted changes"
            elif path not in mine and staged.get(path, now) not in (
                (before, now) if under_way else (now,)
            ):
                yield f"{path} has staged changes"
            elif before is not None and (
                folder := self._file_above(repository, [committed, there], path)
            ):
                yield f"{folder} is where the folder of {path} has to be"

    def _at(self, repository: Repository, tree: pygit2.Tree, path: str) -> Entry:
        """Return what a tree has at a path; a folder of nothing but files that go is nothing."""
        entry = entry_at(repository.objects, tree, path)
        if entry is None or entry[0] != modes.FOLDER:
            return entry
        inside = program.fields(
            repository.git("ls-tree", "-r", "-z", "--name-only", str(tree.id), f"{path}/")
        )
        return None if all(self.before.get(name, entry) is None for name in inside) else entry

    def _file_above(
        self, repository: Repository, trees: Sequence[pygit2.Tree], path: str
    ) -> str | None:
        parts = path.split("/")
        for folder in ("/".join(parts[:number]) for number in range(1, len(parts))):
            found = filter(None, (entry_at(repository.objects, tree, folder) for tree in trees))
            if (
                any(mode != modes.FOLDER for mode, _ in found)
                and self.before.get(folder, True) is not None
            ):
                return folder
        return None

    @staticmethod
    def _who(repository: Repository, head: str, path: str) -> str:
        literal = {"GIT_LITERAL_PATHSPECS": "1"}
        return (
            repository.git("log", "-1", "--format=%h (%s)", head, "--", path, env=literal)
            .decode("utf-8", "replace")
            .strip()
        )


def commits_of(
    repository: Repository, runs: Collection[str], base: str, head: str, also: Collection[str]
) -> list[Commit]:
    """Return the commits of runs between `base` and `head`, wherever they were merged or moved to,
    oldest first.

    They are known by their trailer; `also` names others of them by their ids.
    """
    found = commits_between(repository, base, head)
    return [
        commit for commit in found if commit.trailers.get("Forge-Run") in runs or commit.id in also
    ]


def plan_revert(
    repository: Repository,
    commits: Sequence[Commit],
    meant: Collection[str],
    leave: Callable[[str], bool],
) -> RevertPlan:
    """Return what taking commits back comes to; they are given oldest first, paths that `leave`
    names are left out.

    Those that are `meant`, by their ids, are taken back; others only say what became of the same
    paths later. Raises ChangedSince where somebody else changed a path between two of them.
    """
    before: dict[str, Entry] = {}
    after: dict[str, Entry] = {}
    target, problems = "", []
    for commit in commits:
        for path, old, new in _changes(repository, commit):
            if leave(path) or (path not in after and commit.id not in meant):
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
    moved = [path for path in before if before[path] != after[path]]
    return RevertPlan(
        {path: before[path] for path in moved}, {path: after[path] for path in moved}, target
    )


def _changes(repository: Repository, commit: Commit) -> Iterator[tuple[str, Entry, Entry]]:
    old, new = (_tree(repository, one) for one in (commit.parents[0], commit.id))
    for delta in old.diff_to_tree(new).deltas:
        added, gone = (
            delta.status == kind
            for kind in (pygit2.enums.DeltaStatus.ADDED, pygit2.enums.DeltaStatus.DELETED)
        )
        path = os.fsdecode((delta.old_file if gone else delta.new_file).raw_path)
        before = None if added else (int(delta.old_file.mode), str(delta.old_file.id))
        yield path, before, None if gone else (int(delta.new_file.mode), str(delta.new_file.id))


def _tree(repository: Repository, name: str) -> pygit2.Tree:
    return repository.objects[pygit2.Oid(hex=name)].peel(pygit2.Tree)


def _staged(repository: Repository, head: str) -> dict[str, Entry]:
    """Return the entries of the index that differ from a commit."""
    output = repository.git(
        "diff-index", "--cached", "--raw", "-z", "--no-renames", "--no-abbrev", head, "--"
    )
    words = program.fields(output)
    found: dict[str, Entry] = {}
    for record, path in zip(words[::2], words[1::2], strict=True):
        _, mode, _, blob, status = record[1:].split(" ")
        found[path] = None if status == "D" else (int(mode, 8), blob)
    return found
