"""Whether anything in a small work tree is not as HEAD has it, seen without git wherever git could
only say: nothing.

Each tracked file has to lie as the index has it, to the nanosecond of its last change, or byte by
byte where that was only just now; the index has to be what HEAD is; and each other name has to be
one that git called ignored, while all that says what is ignored is what it was. Whatever is not
proven in this way is git's to say.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

from forge.git import program
from forge.git.index import fast_index
from forge.git.index.conversion import conversion_settings, folders_of
from forge.git.index.fast_index import PlainIndex
from forge.git.repository import Repository

_MOST_NAMES = 4_000  # in a work tree; git is as fast at looking at more
RULES = ".gitignore"

Exclude = Callable[[str], bool]


class CleanCheck:
    """Looks at one work tree again and again; what git called ignored is remembered from one look
    to the next.
    """

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self._ignored: frozenset[str] = frozenset()
        self._rules: tuple[object, ...] | None = None  # under which these are ignored
        self._too_many = False

    def changed(self, exclude: Exclude) -> list[str]:
        """Return the paths that are not as HEAD has them, as git does, less those that are
        excluded.
        """
        index = None if self._too_many else fast_index.read(self.repository.git_dir / "index")
        if index is not None and self._is_clean(index, exclude):
            return []
        rules = index and self._rules_of(index, exclude)
        words = (
            "--no-optional-locks",
            "status",
            "--porcelain",
            "-z",
            "--untracked-files=all",
            "--no-renames",
        )
        entries = program.fields(
            self.repository.git(*words, *(["--ignored=matching"] if rules else []))
        )
        changed = [entry[3:] for entry in entries if not entry.startswith("!!")]
        ignored = frozenset(entry[3:] for entry in entries if entry.startswith("!!"))
        settled = not any(path.rpartition("/")[2] == RULES for path in (*changed, *ignored))
        self._ignored, self._rules = (ignored, rules) if rules and settled else (frozenset(), None)
        return list(dict.fromkeys(path for path in changed if not exclude(path)))

    def _is_clean(self, index: PlainIndex, exclude: Exclude) -> bool:
        head = self.repository.head().commit
        try:
            return (
                head is not None
                and index.holds(self.repository, head)
                and all(
                    index.lies(self.repository, path) or exclude(path) for path in index.entries
                )
                and next(self.unknown(index, exclude), None) is None
            )
        except OSError:
            return False

    def _rules_of(self, index: PlainIndex, exclude: Exclude) -> tuple[object, ...] | None:
        """Return what tells one state of the rules for ignoring from another; None where that is
        not known.
        """
        sign = conversion_settings(self.repository).ignore_sign
        files = [
            (path, stored.blob)
            for path, stored in index.entries.items()
            if path.rpartition("/")[2] == RULES
        ]
        return None if sign is None or any(exclude(path) for path, _ in files) else (sign, *files)

    def unknown(self, index: PlainIndex, exclude: Exclude) -> Iterator[str]:
        """Yield each name in the work tree, of folders apart, that is not tracked, excluded, or
        ignored for sure.

        Rules for ignoring are yielded even where they are excluded: they hold for what is not. In a
        repository of its own there are always some names, those below its `.git`. Raises OSError,
        and where there are too many.
        """
        ignored = (
            self._ignored
            if self._ignored and self._rules == self._rules_of(index, exclude)
            else frozenset()
        )
        folders = {folder for path in index.entries for folder in folders_of(path)}
        left, seen = [""], 0

        def own(path: str) -> bool:
            return exclude(path) and path.rpartition("/")[2] != RULES

        while left:
            above = left.pop()
            with os.scandir(f"{self.repository.root}/{above}") as names:
                for name in names:
                    path, seen = above + name.name, seen + 1
                    if path == ".git":
                        continue
                    if name.is_dir(follow_symlinks=False):
                        if path in folders or f"{path}/" not in ignored:
                            left.append(f"{path}/")
                    elif path in folders or not (
                        path in index.entries or path in ignored or own(path)
                    ):
                        yield path
            if seen > _MOST_NAMES:
                self._too_many = True
                raise OSError(f"more than {_MOST_NAMES} names")
