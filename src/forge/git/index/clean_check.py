"""Checks whether the work tree is as HEAD has it, without starting git if libgit2 can prove it.

libgit2 reads the index, the work tree and HEAD; nothing is written. It is asked only about
repositories in which it compares files exactly as git does (see `_libgit2_decides`). Its answer is
used only if every path in it is excluded, or was reported as ignored by git itself under the same
ignore rules. In every other case git's own status decides. One difference is left: libgit2 does not
list files named `.git` in other letter cases, such as `.GIT`, which git refuses to add.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from functools import lru_cache

from msgspec import Struct

from forge.errors import RepositoryError
from forge.git.index.conversion import (
    ConversionSettings,
    Fingerprint,
    conversion_settings,
    folders_of,
    library_reads_plainly,
)
from forge.git.index.rule_files import RuleFiles, tracked_rules
from forge.git.lazy_pygit2 import pygit2
from forge.git.open import open_repository
from forge.git.repository import Repository
from forge.git.status import STATUS, parse_status

# With more files git, which compares them on several threads, is faster. Measured on two cores in
# milliseconds, libgit2 against git: 0.4 and 1.6 for 100 files, 5 and 7 for 2,000, 50 and 26 for
# 10,000.
MOST_FILES = 5_000
IGNORE_FILE = ".gitignore"
_ATTRIBUTES_FILE = ".gitattributes"
_CONVERTING = {"text", "crlf", "eol", "filter", "ident", "working-tree-encoding"}

Exclude = Callable[[str], bool]


class IgnoreRules(Struct, frozen=True):
    """What decides which files are ignored: a fingerprint of the rules outside the work tree, and
    each tracked `.gitignore` with its blob.
    """

    outside: object
    files: tuple[tuple[str, str], ...]


class CleanCheck:
    """Checks one work tree repeatedly; remembers what git reported as ignored.

    The repository stays open between checks as long as the files of its settings are the same:
    libgit2 notices a new index, commit or `.gitignore`, but not a new setting.
    """

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self._opened: pygit2.Repository | None = None
        self._opened_with: Fingerprint | None = None
        self._ignored: frozenset[str] = frozenset()
        self._ignored_by: IgnoreRules | None = None

    def changed(self, exclude: Exclude) -> list[str]:
        """Return the paths that differ from HEAD, as `git status` does, without excluded paths."""
        rules = tracked_rules(self.repository.git_dir / "index")
        if rules is not None and self._is_clean(rules, exclude):
            return []
        ignore_rules = self._ignore_rules(rules, exclude)
        words = [*STATUS, "--ignored=matching"] if ignore_rules else STATUS
        entries = parse_status(self.repository.git(*words))
        ignored = frozenset(entry.path for entry in entries if entry.is_ignored)
        changed = [entry.path for entry in entries if not entry.is_ignored]
        if any(_is_named(path, IGNORE_FILE) for path in (*changed, *ignored)):
            ignore_rules = None  # rules that the index does not hold as they are
        self._ignored_by = ignore_rules
        self._ignored = ignored if ignore_rules else frozenset()
        return list(dict.fromkeys(path for path in changed if not exclude(path)))

    def known_ignored(self, exclude: Exclude) -> frozenset[str]:
        """Return what git reported as ignored, folders with a final `/`; empty if rules changed."""
        if not self._ignored:
            return self._ignored
        rules = tracked_rules(self.repository.git_dir / "index")
        return self._ignored if self._rules_hold(rules, exclude) else frozenset()

    def _is_clean(self, rules: RuleFiles, exclude: Exclude) -> bool:
        settings = conversion_settings(self.repository)
        if self.repository.head().commit is None:
            return False
        if not _libgit2_decides(self.repository, settings, rules):
            return False
        try:
            opened = self._open(settings)
            if opened is None or not _sees_work_tree(opened, self.repository):
                return False
            status = opened.status(ignored=True)
        except (RepositoryError, pygit2.GitError, KeyError, ValueError, OSError):
            return False
        ignored = self._ignored if self._rules_hold(rules, exclude) else frozenset()
        return all(_is_irrelevant(path, flags, exclude, ignored) for path, flags in status.items())

    def _open(self, settings: ConversionSettings) -> pygit2.Repository | None:
        """Return the repository as libgit2 opens it with these settings; None if what it reads of
        them is not plain. Raises RepositoryError.
        """
        if settings.fingerprint != self._opened_with:
            opened = open_repository(self.repository.git_dir)
            self._opened = opened if library_reads_plainly(opened) else None
            self._opened_with = settings.fingerprint
        return self._opened

    def _rules_hold(self, rules: RuleFiles | None, exclude: Exclude) -> bool:
        return bool(self._ignored) and self._ignored_by == self._ignore_rules(rules, exclude)

    def _ignore_rules(self, rules: RuleFiles | None, exclude: Exclude) -> IgnoreRules | None:
        """Return the ignore rules; None if they may change without a trace."""
        outside = conversion_settings(self.repository).ignore_fingerprint
        if rules is None or outside is None or any(exclude(path) for path, _ in rules.ignore):
            return None
        return IgnoreRules(outside, rules.ignore)


def _libgit2_decides(
    repository: Repository, settings: ConversionSettings, rules: RuleFiles
) -> bool:
    """Return whether libgit2 compares files as git does: nothing converts, no submodule, few files.

    libgit2 itself refuses a split and a sparse index, which are extensions that it does not know.
    """
    return (
        settings.unconverted
        and settings.compares_plainly
        and not rules.has_submodule
        and rules.count <= MOST_FILES
        and not any(_converts(repository, blob) for _, blob in rules.attributes)
    )


def _sees_work_tree(opened: pygit2.Repository, repository: Repository) -> bool:
    """Return whether libgit2 has the same work tree as git.

    A copied linked work tree shares its git directory with the original, which libgit2 would
    compare.
    """
    folder = opened.workdir
    return folder is not None and os.path.samefile(folder, repository.root)


@lru_cache(maxsize=256)
def _converts(repository: Repository, blob: str) -> bool:
    """Return whether a `.gitattributes` file may convert files between work tree and index."""
    stored = repository.objects.get(blob)
    if not isinstance(stored, pygit2.Blob):
        return True
    lines = stored.data.decode("utf-8", "replace").splitlines()
    attributes = (word for line in lines if line[:1] != "#" for word in re.split(r"\s+", line)[1:])
    return any(word.partition("=")[0] in _CONVERTING for word in attributes)


def _is_irrelevant(path: str, flags: int, exclude: Exclude, ignored: frozenset[str]) -> bool:
    """Return whether what libgit2 reports about a path leaves the work tree clean."""
    if flags in (pygit2.enums.FileStatus.WT_NEW, pygit2.enums.FileStatus.IGNORED):
        if any(f"{folder}/" in ignored for folder in folders_of(path.rstrip("/"))):
            return True
        if path in ignored:
            return not _is_named(path, _ATTRIBUTES_FILE)
    return exclude(path) and not _is_named(path, IGNORE_FILE, _ATTRIBUTES_FILE)


def _is_named(path: str, *names: str) -> bool:
    return path.rpartition("/")[2] in names
