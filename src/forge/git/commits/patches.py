"""Diffs between commits: byte for byte the same on every machine for reports, and in the user's own
style at a terminal.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Sequence

from msgspec import Struct

from forge.errors import GitFailed
from forge.git import program
from forge.git.blob_id import EMPTY_TREE
from forge.git.objects.commit import Commit, first_parents, read_commit
from forge.git.objects.store import ObjectStore
from forge.git.repository import Repository

# Overrides every setting that changes the text of a diff.
_MOST_NAMED = 20
_REPRODUCIBLE = (
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    "--full-index",
    "--find-renames",
    "--diff-algorithm=histogram",
    "--unified=3",
    "--inter-hunk-context=0",
    "--src-prefix=a/",
    "--dst-prefix=b/",
    "--submodule=short",
    "--no-relative",
    "--no-indent-heuristic",
    "-O/dev/null",
)
_SIGPIPE = (-13, 141)  # how git ends if the user leaves the pager early


class Range(Struct, frozen=True):
    """What changed from one commit (or tree) to another in some paths."""

    old: str
    new: str
    paths: tuple[str, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """The arguments of `git diff`."""
        return (self.old, self.new, "--", *(f":(top,literal){path}" for path in self.paths))


class FileStat(Struct, frozen=True):
    """A changed file with its added and removed lines; None if git treats it as binary."""

    path: str
    added: int | None
    removed: int | None


def missing(repository: Repository, commit_ids: Iterable[str]) -> list[str]:
    """Return the commits whose changes cannot be shown in this clone: they, or what they started
    from, are not here (a shallow clone, or a squash merge whose branch was not fetched).
    """
    store = ObjectStore(repository)
    return [commit for commit in dict.fromkeys(commit_ids) if not _is_here(store, commit)]


def _is_here(store: ObjectStore, commit: str) -> bool:
    root = store.root(commit) if len(commit) == 40 else None
    if root is None or store.folder(root) is None:
        return False
    parents = read_commit(store.repository, commit).parents
    return not parents or store.root(parents[0]) is not None


def not_here(commits: Sequence[str]) -> str:
    """Return the sentence about commits that are not in this clone; empty without any."""
    if not commits:
        return ""
    names = ", ".join(commit[:12] for commit in commits[:_MOST_NAMED])
    more = f" and {len(commits) - _MOST_NAMED} more" if len(commits) > _MOST_NAMED else ""
    return f"not in this clone: {names}{more}; fetch the branch or the history that holds them"


def ranges(repository: Repository, commit_ids: Sequence[str], ignored: str) -> list[Range]:
    """Return what commits changed, given oldest first, without the folder `ignored`.

    The result is one range if no other commit between them changed the same paths, else a range for
    each commit. Raises GitFailed if a commit is missing in this clone.
    """
    if not commit_ids:
        return []
    store = ObjectStore(repository)
    commits = [read_commit(repository, commit) for commit in commit_ids]
    changed = [_changed_paths(store, commit, ignored) for commit in commits]
    paths = frozenset[str]().union(*changed)
    if _is_undisturbed(repository, store, commits, paths, ignored):
        return [_range(commits[0], commits[-1], paths)]
    return [_range(commit, commit, own) for commit, own in zip(commits, changed, strict=True)]


def _range(first: Commit, last: Commit, paths: frozenset[str]) -> Range:
    return Range(first.parents[0] if first.parents else EMPTY_TREE, last.id, tuple(sorted(paths)))


def _changed_paths(store: ObjectStore, commit: Commit, ignored: str) -> frozenset[str]:
    before = store.root(commit.parents[0]) if commit.parents else None
    changes = store.changes(before, store.root(commit.id))
    return frozenset(path for path, _, _ in changes if not path.startswith(f"{ignored}/"))


def _is_undisturbed(
    repository: Repository,
    store: ObjectStore,
    commits: Sequence[Commit],
    paths: frozenset[str],
    ignored: str,
) -> bool:
    """Return whether the commits are on one line of first parents, and no other commit between them
    changed the same paths.
    """
    own = {commit.id for commit in commits}
    base = commits[0].parents[0] if commits[0].parents else ""
    passed = set()
    for commit in first_parents(repository, commits[-1].id, base):
        passed.add(commit.id)
        if commit.id not in own and paths & _changed_paths(store, commit, ignored):
            return False
    return own <= passed


def patch(repository: Repository, changes: Range) -> str:
    """Return a diff that does not depend on the user's settings; bytes that are not UTF-8 are
    replaced. Raises GitFailed.
    """
    return _diff(repository, *_REPRODUCIBLE, "--patch", *changes.words).decode("utf-8", "replace")


def stats(repository: Repository, changes: Range) -> list[FileStat]:
    """Return the changed files with their numbers of lines, sorted by path. Raises GitFailed."""
    words = ("--no-ext-diff", "--no-textconv", "--numstat", "--no-renames", "-z", *changes.words)
    rows = (row.split("\t", 2) for row in program.fields(_diff(repository, *words)))
    return sorted(
        (FileStat(path, _lines(added), _lines(removed)) for added, removed, path in rows),
        key=lambda stat: stat.path,
    )


def _lines(count: str) -> int | None:
    return None if count == "-" else int(count)


def _diff(repository: Repository, *words: str) -> bytes:
    settings = ("-c", "core.attributesFile=/dev/null", "-c", "core.quotePath=false")
    return repository.git(*settings, "diff", *words)


def show(repository: Repository, *words: str) -> None:
    """Let `git diff` print to standard output with the user's pager, colors and settings.

    Raises GitFailed if git cannot be started or fails.
    """
    try:
        result = subprocess.run(
            ["git", "diff", *words], cwd=repository.root, env=program.environment(), check=False
        )
    except OSError as error:
        raise GitFailed(
            f"git cannot be started: {os.strerror(error.errno or 0)}", "put git on PATH"
        ) from error
    if result.returncode not in (0, *_SIGPIPE):
        raise GitFailed(
            "git diff failed; its message is above",
            "fix that, then try again",
            status=result.returncode,
        )
