"""Puts files of a tree into the work tree: through git's filters, each at once, over nothing that
is not kept elsewhere.
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

from forge.errors import GitFailed
from forge.git import modes, program
from forge.git.index.private_index import private_index
from forge.git.repository import Repository
from forge.git.tree_entries import Entry

_PREFIX = "tree-"
_RULES = (".gitattributes", ".gitignore")


class Checkout(Struct):
    """Paths of the work tree that are to be as `target` has them; `held` is all that a snapshot of
    the work tree holds.
    """

    repository: Repository
    target: str
    paths: Mapping[str, Entry]
    held: frozenset[str]
    _there: set[str] = field(default_factory=set)

    def blocked(self) -> str | None:
        """Return the first thing in the way that no snapshot holds, or that stays; None where the
        way is free.
        """
        found = (
            self._in_the_way(path)
            for path, entry in self.paths.items()
            if entry is not None and path not in self.held
        )
        return next((path for path in found if path is not None), None)

    def _in_the_way(self, path: str) -> str | None:
        root = self.repository.root
        for folder in _folders(path):
            place = root / folder
            if not os.path.lexists(place):
                return None
            if place.is_symlink() or not place.is_dir():
                return None if self._goes(folder) else folder
        place = root / path
        if not os.path.lexists(place):
            return None
        if place.is_symlink() or not place.is_dir():
            return None if self._is_there(path) else path
        inside = (
            Path(folder, name)
            for folder, names, files in os.walk(place)
            for name in (*files, *_links(folder, names))
        )
        return next(
            (
                name
                for name in (each.relative_to(root).as_posix() for each in inside)
                if not self._goes(name)
            ),
            None,
        )

    def _goes(self, path: str) -> bool:
        return path in self.held and path in self.paths and self.paths[path] is None

    def _is_there(self, path: str) -> bool:
        """Say whether a path that no snapshot holds is already as the target has it: put there
        before a crash.
        """
        entry, place = self.paths[path], self.repository.root / path
        if entry is None or (stat.S_IFMT(place.lstat().st_mode) != stat.S_IFMT(entry[0])):
            return False
        try:
            if place.is_symlink():
                blob = self.repository.git(
                    "hash-object", "--stdin", stdin=os.fsencode(os.readlink(place))
                )
            else:
                blob = self.repository.git("hash-object", "--", path)
        except GitFailed:
            return False
        if blob.decode().strip() == entry[1]:
            self._there.add(path)
            return True
        return False

    def perform(self) -> None:
        """Remove and write what differs: first the files that say what is ignored and how files are
        filtered.
        """
        gone = [path for path, entry in self.paths.items() if entry is None]
        new = [
            path
            for path, entry in self.paths.items()
            if entry is not None and path not in self._there
        ]
        new = [path for path in new if (self.paths[path] or (0,))[0] != modes.SUBMODULE]
        rules, others = (
            [path for path in new if _is_rule(path)],
            [path for path in new if not _is_rule(path)],
        )
        ignored = (
            self._ignored(gone)
            if any(_is_rule(path, ".gitignore") for path in self.paths)
            else None
        )
        at_once = not any(_is_rule(path, ".gitattributes") for path in self.paths)
        with self._made(
            new if at_once else rules
        ) as made:  # where a filter fails, nothing was changed
            self._remove([path for path in gone if _is_rule(path)])
            self._place(made, rules)
            kept = (
                set() if ignored is None else self._ignored(gone) - ignored
            )  # a person's, not tracked there
            gone = [path for path in gone if not _is_rule(path) and path not in kept]
            if at_once:
                self._remove(gone)
                self._place(made, others)
        if not at_once:
            with self._made(others) as made:
                self._remove(gone)
                self._place(made, others)

    def _ignored(self, paths: Sequence[str]) -> set[str]:
        if not paths:
            return set()
        done = program.attempt(
            self.repository.root,
            "check-ignore",
            "--no-index",
            "-z",
            "--stdin",
            stdin=program.nul_joined(paths),
        )
        return set(program.fields(done.stdout))

    def _remove(self, paths: Collection[str]) -> None:
        root = self.repository.root
        for path in paths:
            place = root / path
            if place.is_dir() and not place.is_symlink():
                continue  # a file takes its place only where that was made sure of
            with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                place.unlink()
            for folder in place.parents:
                if folder == root or not _removed(folder):
                    break

    @contextmanager
    def _made(self, paths: Sequence[str]) -> Iterator[Path]:
        """Give a folder that holds these files, made through git's filters."""
        folder = self.repository.scratch / f"{_PREFIX}{os.getpid()}-{secrets.token_hex(4)}"
        try:
            if paths:
                folder.mkdir()
                with private_index(self.repository) as copy:
                    copy.path.unlink(
                        missing_ok=True
                    )  # nothing is taken over: a sparse checkout would leave files out
                    copy.git("read-tree", self.target)
                    copy.git(
                        "checkout-index",
                        "-f",
                        f"--prefix={folder}/",
                        "-z",
                        "--stdin",
                        stdin=program.nul_joined(paths),
                    )
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _place(self, made: Path, paths: Sequence[str]) -> None:
        for path in paths:
            _take_place(made / path, self.repository.root / path)


def clear_scratch(repository: Repository, alive: set[int]) -> None:
    """Remove the half-made files of dead forges."""
    for left in repository.scratch.glob(f"{_PREFIX}*"):
        pid = left.name.removeprefix(_PREFIX).partition("-")[0]
        if pid.isdigit() and int(pid) not in alive:
            shutil.rmtree(left, ignore_errors=True)


def _take_place(made: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.is_dir() and not place.is_symlink():
        for folder, _, _ in os.walk(place, topdown=False):
            os.rmdir(folder)
    try:
        os.rename(made, place)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        beside = place.with_name(f".{place.name[:100]}.{secrets.token_hex(4)}.tmp")
        shutil.copy2(made, beside, follow_symlinks=False)
        os.rename(beside, place)


def _removed(folder: Path) -> bool:
    try:
        folder.rmdir()
    except OSError:
        return False
    return True


def _is_rule(path: str, name: str = "") -> bool:
    return path.rpartition("/")[2] in ((name,) if name else _RULES)


def _folders(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:number]) for number in range(1, len(parts))]


def _links(folder: str, names: Sequence[str]) -> list[str]:
    return [name for name in names if os.path.islink(os.path.join(folder, name))]
