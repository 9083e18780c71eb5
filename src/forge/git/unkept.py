"""Paths whose content git does not keep here: ignored and untracked, or hidden from it by a flag of
the index (`skip-worktree`, `assume-unchanged`, a sparse checkout).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cached_property

from forge.errors import GitFailed
from forge.git import program
from forge.git.index.private_index import private_index
from forge.git.repository import Repository
from forge.git.restore.snapshot import Captured, keep

_HIDDEN = re.compile(rb"(?:^|\0)([a-zS]) ([^\0]*)")
_IGNORED = "it is ignored by git and not tracked, so no clone has it"
_WAYS = {"S": "skip-worktree or a sparse checkout", "h": "assume-unchanged"}


class Unkept:
    """What the index of a work tree tracks and hides; it is read once."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository

    @cached_property
    def _listed(self) -> bytes:
        return self._repository.git("ls-files", "-v", "-z")

    @cached_property
    def _tracked(self) -> list[str]:
        return sorted(field[2:] for field in program.fields(self._listed))

    @cached_property
    def hidden(self) -> dict[str, str]:
        """The tracked paths that a flag hides, each with the flag's name."""
        return {
            match[2].decode("utf-8", "surrogateescape"): _WAYS.get(match[1].decode(), _WAYS["S"])
            for match in _HIDDEN.finditer(self._listed)
        }

    def reasons(self, paths: Iterable[str]) -> dict[str, str]:
        """Return why git does not keep some of these paths; a glob counts as its folder.

        Raises GitFailed.
        """
        wanted = {path: _fixed(path) for path in paths}
        reasons = {
            path: f"it is hidden from git here ({self.hidden[fixed]})"
            for path, fixed in wanted.items()
            if fixed in self.hidden
        }
        open_ones = {
            path: fixed
            for path, fixed in wanted.items()
            if fixed and path not in reasons and not self._is_tracked(fixed)
        }
        ignored = self._ignored(sorted(set(open_ones.values()))) if open_ones else frozenset()
        return reasons | {path: _IGNORED for path, fixed in open_ones.items() if fixed in ignored}

    def _is_tracked(self, path: str) -> bool:
        bare = path.rstrip("/")
        at = bisect_left(self._tracked, bare)
        below = bisect_left(self._tracked, f"{bare}/")
        return self._tracked[at : at + 1] == [bare] or (
            below < len(self._tracked) and self._tracked[below].startswith(f"{bare}/")
        )

    def _ignored(self, paths: Sequence[str]) -> frozenset[str]:
        """Return which untracked paths are ignored; a path that git refuses to look at is not."""
        stdin = "\0".join(paths).encode("utf-8", "surrogateescape")
        done = program.attempt(self._repository.root, "check-ignore", "-z", "--stdin", stdin=stdin)
        if done.returncode in (0, 1):
            return frozenset(program.fields(done.stdout))
        if len(paths) == 1:
            return frozenset()
        half = len(paths) // 2
        return self._ignored(paths[:half]) | self._ignored(paths[half:])


def keep_hidden(repository: Repository, name: str) -> str | None:
    """Keep the files that flags hide, as they are in the work tree, under
    `refs/forge/safety/<name>/<n>`; return the commit's id, None if they are as the index has them.
    """
    try:
        hidden = [
            path
            for path in Unkept(repository).hidden
            if (repository.root / path).is_file() or (repository.root / path).is_symlink()
        ]
        if not hidden:
            return None
        stdin = "\0".join(hidden).encode("utf-8", "surrogateescape")
        with private_index(repository) as copy:
            before = copy.git("write-tree")
            for flag in ("--no-skip-worktree", "--no-assume-unchanged"):
                copy.git("update-index", flag, "-z", "--stdin", stdin=stdin)
            copy.git("update-index", "-z", "--stdin", stdin=stdin)
            tree = copy.git("write-tree")
    except GitFailed:
        return None
    if tree == before:
        return None
    captured = Captured(tree.decode().strip(), None)
    return keep(repository, captured, name, "hidden files before a runner")


def _fixed(path: str) -> str:
    """Return the part of a path before its first wildcard, up to a folder."""
    head = re.split(r"[*?]", path, maxsplit=1)[0]
    return path if head == path else head.rpartition("/")[0] + "/" * ("/" in head)
