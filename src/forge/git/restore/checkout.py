"""Writes files of a tree into the work tree: through git's filters, each replaced atomically, never
overwriting unsaved content.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import stat
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct, field

from forge import atomic
from forge.errors import GitFailed
from forge.git import modes, program
from forge.git.index.private_index import private_index
from forge.git.repository import Repository
from forge.git.tree_entries import Entry

_PREFIX = "tree-"
RUN_PREFIX = "run-"
"""How the names of folders of runs that are made or removed just now start."""
_ATTRIBUTES, _IGNORE = ".gitattributes", ".gitignore"


class Checkout(Struct):
    """Paths of the work tree that are to become as `target` has them.

    `saved` are all paths of a snapshot of the work tree: only these may be deleted or overwritten.
    Those that are `known` not to be the user's are deleted even if the restored rules ignore them.
    """

    repository: Repository
    target: str
    paths: Mapping[str, Entry]
    saved: frozenset[str]
    known: frozenset[str] = frozenset()
    _already_there: set[str] = field(default_factory=set)

    def blocked(self) -> str | None:
        """Return the first path that blocks the checkout and is in no snapshot, or None."""
        blocking = (
            self._blocking(path)
            for path, entry in self.paths.items()
            if entry is not None and path not in self.saved
        )
        return next((path for path in blocking if path is not None), None)

    def _blocking(self, path: str) -> str | None:
        root = self.repository.root
        for folder in _folders_above(path):
            if not os.path.lexists(root / folder):
                return None
            if not _is_folder(root / folder):
                return None if self._is_removed(folder) else folder
        place = root / path
        if not os.path.lexists(place):
            return None
        if not _is_folder(place):
            return None if self._is_already_there(path) else path
        names = (file.relative_to(root).as_posix() for file in _files_in(place))
        return next((name for name in names if not self._is_removed(name)), None)

    def _is_removed(self, path: str) -> bool:
        return path in self.saved and path in self.paths and self.paths[path] is None

    def _is_already_there(self, path: str) -> bool:
        """Return whether an unsaved file is already as in the target: written before a crash."""
        entry, place = self.paths[path], self.repository.root / path
        if entry is None or stat.S_IFMT(place.lstat().st_mode) != stat.S_IFMT(entry[0]):
            return False
        try:
            if place.is_symlink():
                link = os.fsencode(os.readlink(place))
                blob = self.repository.git("hash-object", "--stdin", stdin=link)
            else:
                blob = self.repository.git("hash-object", "--", path)
        except GitFailed:
            return False
        if blob.decode().strip() != entry[1]:
            return False
        self._already_there.add(path)
        return True

    def perform(self) -> None:
        """Remove and write what differs. Files with ignore rules and attributes come first.

        If a filter fails, nothing was changed, unless attributes change as well. Raises GitFailed.
        """
        removed = [path for path, entry in self.paths.items() if entry is None]
        written = self._written_paths()
        rules = [path for path in written if _is_rule_file(path)]
        others = [path for path in written if not _is_rule_file(path)]
        changes_attributes = any(_is_named(path, _ATTRIBUTES) for path in self.paths)
        changes_ignore = any(_is_named(path, _IGNORE) for path in self.paths)
        ignored_before = self._ignored(removed) if changes_ignore else set()
        with self._extracted(rules if changes_attributes else written) as folder:
            self._remove([path for path in removed if _is_rule_file(path)])
            self._move(folder, rules)
            # files of the user: the restored rules ignore them, so the snapshot never tracked them
            kept = self._ignored(removed) - ignored_before if changes_ignore else set()
            kept -= self.known
            removed = [path for path in removed if not _is_rule_file(path) and path not in kept]
            if not changes_attributes:
                self._remove(removed)
                self._move(folder, others)
        if changes_attributes:
            with self._extracted(others) as folder:
                self._remove(removed)
                self._move(folder, others)

    def _written_paths(self) -> list[str]:
        return [
            path
            for path, entry in self.paths.items()
            if entry is not None and entry[0] != modes.SUBMODULE and path not in self._already_there
        ]

    def _ignored(self, paths: Sequence[str]) -> set[str]:
        if not paths:
            return set()
        words = ("check-ignore", "--no-index", "-z", "--stdin")
        result = program.attempt(self.repository.root, *words, stdin=program.nul_joined(paths))
        return set(program.fields(result.stdout))

    def _remove(self, paths: Collection[str]) -> None:
        root = self.repository.root
        for path in paths:
            place = root / path
            if _is_folder(place):
                continue  # it is replaced later, if `blocked` allowed it
            with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                place.unlink()
            for folder in place.parents:
                if folder == root or not _remove_if_empty(folder):
                    break

    @contextmanager
    def _extracted(self, paths: Sequence[str]) -> Iterator[Path]:
        """Yield a folder with these files of the target, written through git's filters."""
        folder = self.repository.scratch / f"{_PREFIX}{os.getpid()}-{secrets.token_hex(4)}"
        try:
            if paths:
                folder.mkdir()
                self._extract(folder, paths)
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _extract(self, folder: Path, paths: Sequence[str]) -> None:
        with private_index(self.repository) as copy:
            # start from nothing: the flags of a sparse checkout would leave files out
            copy.path.unlink(missing_ok=True)
            copy.git("read-tree", self.target)
            words = ("checkout-index", "-f", f"--prefix={folder}/", "-z", "--stdin")
            copy.git(*words, stdin=program.nul_joined(paths))

    def _move(self, folder: Path, paths: Sequence[str]) -> None:
        root = self.repository.root
        for path in paths:
            _replace(folder / path, root / path, root)


def clear_scratch(repository: Repository, alive: set[int]) -> None:
    """Remove the unfinished files of dead forge processes; `alive` are those that still run."""
    for prefix in (_PREFIX, RUN_PREFIX):
        for folder in repository.scratch.glob(f"{prefix}*"):
            pid = folder.name.removeprefix(prefix).partition("-")[0]
            if pid.isdigit() and int(pid) not in alive:
                shutil.rmtree(folder, ignore_errors=True)


def _replace(source: Path, place: Path, root: Path) -> None:
    """Move a file to its place, over a copy in the root if that is another file system."""
    place.parent.mkdir(parents=True, exist_ok=True)
    if _is_folder(place):
        for folder, _, _ in os.walk(place, topdown=False):
            os.rmdir(folder)
    try:
        os.rename(source, place)
    except OSError as error:
        if error.errno != errno.EXDEV:  # the work tree is on another file system
            raise
        _copy_over(source, place, root)


def _copy_over(source: Path, place: Path, root: Path) -> None:
    """Replace a file by a copy that is made in the root, or beside it if something is mounted on
    the way to it. What a killed process left in the root is removed by the next command.
    """
    for folder in (root, place.parent):
        copy = atomic.beside(folder)
        try:
            shutil.copy2(source, copy, follow_symlinks=False)
            os.rename(copy, place)
            return
        except OSError as error:
            with contextlib.suppress(OSError):
                copy.unlink()
            if error.errno != errno.EXDEV or folder == place.parent:
                raise


def _remove_if_empty(folder: Path) -> bool:
    try:
        folder.rmdir()
    except OSError:
        return False
    return True


def _is_folder(place: Path) -> bool:
    return place.is_dir() and not place.is_symlink()


def _is_rule_file(path: str) -> bool:
    return _is_named(path, _ATTRIBUTES) or _is_named(path, _IGNORE)


def _is_named(path: str, name: str) -> bool:
    return path.rpartition("/")[2] == name


def _folders_above(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:number]) for number in range(1, len(parts))]


def _files_in(place: Path) -> Iterator[Path]:
    """Yield the files and links below a folder."""
    for folder, names, files in os.walk(place):
        links = [name for name in names if os.path.islink(os.path.join(folder, name))]
        yield from (Path(folder, name) for name in (*files, *links))
