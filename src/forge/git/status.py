"""The entries of `git status`."""

from __future__ import annotations

from typing import NamedTuple

from forge.git import program

STATUS = (
    "--no-optional-locks",
    "status",
    "--porcelain",
    "-z",
    "--untracked-files=all",
    "--no-renames",
)
"""Arguments for git: every uncommitted path on its own; the index is not rewritten."""


class StatusEntry(NamedTuple):
    """A path that differs from HEAD; `staged` and `tree` are git's letters for the index and the
    work tree, a space if nothing changed there. `??` is untracked, `!!` ignored.
    """

    staged: str
    tree: str
    path: str

    def __str__(self) -> str:
        return f"{self.staged}{self.tree} {self.path}"

    @property
    def is_ignored(self) -> bool:
        return self.staged == "!"

    @property
    def is_staged(self) -> bool:
        """Whether the index differs from HEAD at this path."""
        return self.staged not in " ?!"


def parse_status(output: bytes) -> list[StatusEntry]:
    """Return the entries that git printed for the arguments `STATUS`."""
    return [StatusEntry(entry[0], entry[1], entry[3:]) for entry in program.fields(output)]
