"""Diffs between commits: the same bytes on every machine for a report, and git's own way for a
person at a terminal.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence

from msgspec import Struct

from forge.errors import GitFailed
from forge.git import program
from forge.git.blob_id import EMPTY_TREE
from forge.git.objects.commit import Commit, first_parents, read_commit
from forge.git.objects.store import ObjectStore
from forge.git.repository import Repository

# Everything that a user's settings could change about a diff's text, so that a report is the same
# wherever it is made.
_PLAIN = (
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


class Range(Struct, frozen=True):
    """What changed from one commit (or tree) to another, in some paths only."""

    old: str
    new: str
    paths: tuple[str, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """The arguments of `git diff`."""
        return (self.old, self.new, "--", *(f":(top,literal){path}" for path in self.paths))


class FileStat(Struct, frozen=True):
    """A changed file with its lines; None where git takes it for binary."""

    path: str
    added: int | None
    removed: int | None


def ranges(repository: Repository, made: Sequence[str], ignored: str) -> list[Range]:
    """Return what commits changed, oldest first: one range where nobody else changed those paths
    between them, else each.

    `ignored` is a folder that never belongs to it. Raises GitFailed where a commit is not in this
    clone.
    """
    if not made:
        return []
    store = ObjectStore(repository)
    known = [read_commit(repository, commit) for commit in made]
    touched = [_touched(store, commit, ignored) for commit in known]
    paths = frozenset[str]().union(*touched)
    if _undisturbed(repository, store, known, paths, ignored):
        return [_range(known[0], known[-1], paths)]
    return [_range(commit, commit, changed) for commit, changed in zip(known, touched, strict=True)]


def _range(first: Commit, last: Commit, paths: frozenset[str]) -> Range:
    return Range(first.parents[0] if first.parents else EMPTY_TREE, last.id, tuple(sorted(paths)))


def _touched(store: ObjectStore, commit: Commit, ignored: str) -> frozenset[str]:
    before = store.root(commit.parents[0]) if commit.parents else None
    changed = store.changes(before, store.root(commit.id))
    return frozenset(path for path, _, _ in changed if not path.startswith(f"{ignored}/"))


def _undisturbed(
    repository: Repository,
    store: ObjectStore,
    known: Sequence[Commit],
    paths: frozenset[str],
    ignored: str,
) -> bool:
    """Say whether the commits lie on one line, and no other commit between them touched the same
    paths.
    """
    own = {commit.id for commit in known}
    base = known[0].parents[0] if known[0].parents else ""
    seen = set()
    for commit in first_parents(repository, known[-1].id, base):
        seen.add(commit.id)
        if commit.id not in own and paths & _touched(store, commit, ignored):
            return False
    return own <= seen


def patch(repository: Repository, found: Range) -> str:
    """Return a diff as text, whatever the user's settings are; bytes that are no UTF-8 are
    replaced. Raises GitFailed.
    """
    return _diff(repository, *_PLAIN, "--patch", *found.words).decode("utf-8", "replace")


def stats(repository: Repository, found: Range) -> list[FileStat]:
    """Return the changed files with their lines added and removed, sorted. Raises GitFailed."""
    words = ("--no-ext-diff", "--no-textconv", "--numstat", "--no-renames", "-z", *found.words)
    rows = (row.split("\t", 2) for row in program.fields(_diff(repository, *words)))
    return sorted(
        (FileStat(path, _lines(added), _lines(removed)) for added, removed, path in rows),
        key=lambda stat: stat.path,
    )


def _lines(count: str) -> int | None:
    return None if count == "-" else int(count)


def _diff(repository: Repository, *words: str) -> bytes:
    return repository.git(
        "-c", "core.attributesFile=/dev/null", "-c", "core.quotePath=false", "diff", *words
    )


def show(repository: Repository, *words: str) -> None:
    """Let `git diff` print to this process's standard output, with the user's pager, colours and
    settings.

    Raises GitFailed where git cannot be started or refuses.
    """
    try:
        done = subprocess.run(
            ["git", "diff", *words], cwd=repository.root, env=program.environment(), check=False
        )
    except OSError as error:
        raise GitFailed(
            f"git cannot be started: {os.strerror(error.errno or 0)}", "put git on PATH"
        ) from error
    if done.returncode not in (0, -13, 141):  # a pager that was left early ends git by SIGPIPE
        raise GitFailed(
            "git diff failed; what it said is above",
            "mend that, then try again",
            status=done.returncode,
        )
