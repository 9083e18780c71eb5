"""The user's index: read as a private copy, and changed by putting a prepared copy in its place.

The copy is linked to `index.lock`, which takes git's own lock for a few microseconds, and renamed.
A lock that a killed forge left is the same inode as a copy in forge's scratch folder: that proves
whose it is.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from forge.errors import GitFailed, StorageFailed
from forge.git import program
from forge.git.fsync import at_once, sync_file_system
from forge.git.index import fast_index, fast_staging
from forge.git.index.clean_check import Exclude, Looking
from forge.git.index.fast_staging import Changed
from forge.git.lockfile import let_go, prepared_path, remove_left, take
from forge.git.repository import Repository
from forge.git.tree_entries import Entry

_PREFIX = "index-"
_ID = 20  # bytes of the sum at the end of an index
_GONE = (0, "0" * 40)
_UNFLUSHED = ("-c", "core.fsync=pack,pack-metadata")  # but for what no loose object is made of

Stamp = tuple[int, int, int] | None


def _stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


class PrivateIndex(Struct, frozen=True):
    """A copy of the user's index and what the original was when it was copied."""

    repository: Repository
    path: Path
    stamp: Stamp

    @property
    def env(self) -> dict[str, str]:
        """The environment that makes git use the copy."""
        return {"GIT_INDEX_FILE": str(self.path), "GIT_LITERAL_PATHSPECS": "1"}

    def git(self, *words: str, stdin: bytes = b"") -> bytes:
        """Run git on the copy."""
        return self.repository.git(*words, stdin=stdin, env=self.env)

    def publish(self) -> bool:
        """Put the copy in the place of the user's index; False where that has changed since it was
        copied.
        """
        index = self.repository.git_dir / "index"
        lock = index.with_name("index.lock")
        take(self.path, lock)
        try:
            if _stamp(index) != self.stamp:
                return False
            os.rename(lock, index)
            return True
        finally:
            let_go(self.path, lock)

    def restore(self) -> None:
        """Put the copy back in the place of the user's index, whatever that has become. Raises
        Held.
        """
        index = self.repository.git_dir / "index"
        if self.stamp is not None and not (index.exists() and index.samefile(self.path)):
            lock = index.with_name("index.lock")
            take(self.path, lock)
            os.rename(lock, index)


def damage(repository: Repository) -> str | None:
    """Say what is wrong with the user's index as a file, None where nothing is: git itself believes
    half of one.
    """
    try:
        data = (repository.git_dir / "index").read_bytes()
    except FileNotFoundError:
        return "is gone"
    if data[:4] != b"DIRC" or len(data) <= _ID:
        return "is damaged"
    summed = data[-_ID:] == hashlib.sha1(data[:-_ID], usedforsecurity=False).digest()
    return (
        None
        if summed or (data[-_ID:] == bytes(_ID) and _leaves_out_sum(repository))
        else "is damaged"
    )


def _leaves_out_sum(repository: Repository) -> bool:
    config = repository.objects.config
    return any(
        name in config and config.get_bool(name) for name in ("index.skiphash", "feature.manyfiles")
    )


def stamp(repository: Repository) -> Stamp:
    """Return what tells one state of the user's index from another without reading it."""
    return _stamp(repository.git_dir / "index")


def hidden(repository: Repository, place: Path) -> set[str]:
    """Return the paths that git does not look at in the work tree, as an index says: skip-worktree
    and assume-unchanged.
    """
    listed = program.fields(
        repository.git("ls-files", "-v", "-z", env={"GIT_INDEX_FILE": str(place)})
    )
    return {entry[2:] for entry in listed if entry[0] == "S" or entry[0].islower()}


@contextmanager
def held(repository: Repository) -> Iterator[Path]:
    """Give the user's index as it is now, whatever becomes of it: git puts another file in its
    place.
    """
    index, path = repository.git_dir / "index", prepared_path(repository, _PREFIX)
    try:
        with contextlib.suppress(FileNotFoundError):
            try:
                os.link(index, path)
            except PermissionError:
                shutil.copy2(index, path)
        yield path
    finally:
        path.unlink(missing_ok=True)


def rebuild(repository: Repository, aside: Path) -> None:
    """Build the user's index from HEAD; what there was is kept in the folder `aside`."""
    index = repository.git_dir / "index"
    with private(repository) as copy:
        copy.path.unlink(missing_ok=True)
        copy.git("reset", "-q", "HEAD", "--", ".")
        if index.exists():
            aside.mkdir(parents=True, exist_ok=True)
            shutil.copy2(index, aside / f"index-{int(time.time())}")
        copy.publish()


@contextmanager
def private(repository: Repository) -> Iterator[PrivateIndex]:
    """Give a private copy of the user's index; it is gone at the end."""
    index = repository.git_dir / "index"
    path = prepared_path(repository, _PREFIX)
    stamp = _stamp(index)
    try:
        if stamp is not None:
            shutil.copy2(index, path)  # with its times: git trusts them to know what is racy
        yield PrivateIndex(repository, path, stamp)
    finally:
        for left in (path, path.with_name(path.name + ".lock")):
            with contextlib.suppress(OSError):
                left.unlink()


def _gone_first(item: tuple[str, tuple[int, str]]) -> tuple[bool, str]:
    return item[1] != _GONE, item[0]


def changed_paths(copy: PrivateIndex) -> list[tuple[str, str]]:
    """Return git's letter for what is staged, and the path, of everything uncommitted; nested
    repositories end in `/`.
    """
    # without optional locks the copy is not written again for what git saw meanwhile: of a large
    # one, that takes most
    output = copy.git(
        "--no-optional-locks",
        "status",
        "--porcelain",
        "-z",
        "--untracked-files=all",
        "--no-renames",
    )
    return [(entry[0], entry[3:]) for entry in program.fields(output)]


def stage_paths(copy: PrivateIndex, paths: Sequence[str], *, flush: bool = True) -> None:
    """Bring these paths, as `changed_paths` named them, into a copy as they lie in the work tree.

    Without `flush` whoever refers to their blobs flushes these, all at once; what is too large to
    be one lies in a pack. Not `git add`: it holds each path against each that it is given, and
    takes its time with thousands of them.
    """
    gone = _behind_links(copy.repository.root, paths)
    if gone:  # git refuses a path whose folder is a link by now
        copy.git(
            "update-index",
            "--force-remove",
            "-z",
            "--stdin",
            stdin=program.nul_joined(sorted(gone)),
        )
        paths = [path for path in paths if path not in gone]
    if paths:
        together = flush and at_once(len(paths))
        later = () if flush and not together else _UNFLUSHED
        words = ("update-index", "--add", "--remove", "--replace", "-z", "--stdin")
        copy.git(*later, *words, stdin=program.nul_joined(paths))
        if together:
            sync_file_system(copy.repository)


def stage_at_once(copy: PrivateIndex, exclude: Exclude, looking: Looking) -> Changed | None:
    """Bring a copy to all that lies in the work tree by one git at most; return each changed path,
    with its entries.

    Those are the one before and the one after. None where that cannot be told: something was
    staged, excluded paths changed, folders are repositories of their own, the index is not plain,
    or git did not like something. The copy is then good for nothing.
    """
    head, before = copy.repository.head().commit, fast_index.read(copy.path)
    if head is None or before is None or not before.holds(copy.repository, head):
        return None
    changed = fast_staging.staged(looking, before, exclude, copy.path)
    if changed is not None:
        return changed
    with contextlib.suppress(GitFailed):
        copy.git(*_UNFLUSHED, "add", "-A")
        after = fast_index.read(copy.path, small=False)
        if after is not None:
            changed = before.differing(after)
            return None if any(map(exclude, changed)) else changed
    return None


def _behind_links(root: Path, paths: Sequence[str]) -> set[str]:
    """Return the paths of which a folder is a symbolic link: what git tracks there is gone."""
    linked: dict[str, bool] = {"": False}

    def behind(folder: str) -> bool:
        if folder not in linked:
            linked[folder] = behind(folder.rpartition("/")[0]) or (root / folder).is_symlink()
        return linked[folder]

    return {path for path in paths if behind(path.rstrip("/").rpartition("/")[0])}


def stage_everything(copy: PrivateIndex) -> None:
    """Bring a copy to all that lies in the work tree; ignored files and repositories of their own
    are left out.
    """
    stage_paths(copy, [path for _, path in changed_paths(copy) if not path.endswith("/")])


def put_entries(repository: Repository, entries: Mapping[str, Entry]) -> None:
    """Set index entries, path to (mode, blob id) or None for none; everything else in the user's
    index stays.
    """
    lines = [
        f"{mode:o} {blob}\t".encode() + os.fsencode(path) + b"\0"
        for path, (mode, blob) in sorted(
            ((path, entry or _GONE) for path, entry in entries.items()), key=_gone_first
        )
    ]
    while True:
        with private(repository) as copy:
            if not _put_plainly(copy, entries):
                copy.git("update-index", "--replace", "-z", "--index-info", stdin=b"".join(lines))
            if copy.publish():
                return


def _put_plainly(copy: PrivateIndex, entries: Mapping[str, Entry]) -> bool:
    """Set entries in a plain copy without git; False where git has to do it."""
    index = fast_index.read(copy.path)
    data = index.with_entries(copy.repository, entries) if index else None
    if data is None:
        return False
    try:
        copy.path.write_bytes(data)
    except OSError as error:
        raise StorageFailed.of(error) from error
    return True


def remove_left_lock(repository: Repository, alive: set[int]) -> bool:
    """Remove `index.lock` if it is one that a dead forge left, and the copies of dead forges; say
    whether there was one.
    """
    return remove_left(repository, _PREFIX, repository.git_dir / "index.lock", alive)
