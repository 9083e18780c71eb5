"""Gives what forge made in the git directory the modes of a shared repository, as git does.

The setting is `core.sharedRepository`, see git-config(1).
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator, Sequence

from forge import regular
from forge.errors import ForgeError
from forge.git.lazy_pygit2 import pygit2
from forge.git.repository import Repository

_WORDS = {
    "group": 0o660,
    "all": 0o664,
    "world": 0o664,
    "everybody": 0o664,
    "umask": 0,
    "true": 0o660,
}
_OLD = {"0": 0, "1": 0o660, "2": 0o664}
_OWN = ("forge",)
_SHARED = (*_OWN, "objects", "refs", "logs")
_FILES = ("HEAD", "index", "packed-refs")


def share(repository: Repository) -> None:
    """Set the modes of this user's files in the git directory, if the repository is shared."""
    _share(repository, (*_FILES, *_SHARED))


def share_after(repository: Repository, *, everything: bool) -> None:
    """Do so at the end of any command; one that only reads has written in forge's own folder alone.

    No setting is read unless the clone's own file has the word, since this is for every command.
    """
    with contextlib.suppress(ForgeError, OSError):
        if b"sharedrepository" in regular.read(repository.common_dir / "config").lower():
            _share(repository, (*_FILES, *_SHARED) if everything else _OWN)


def _share(repository: Repository, names: Sequence[str]) -> None:
    bits, exact = _bits(repository)
    if not bits:
        return
    for git_dir in dict.fromkeys((repository.common_dir, repository.git_dir)):
        for path in _paths(os.fspath(git_dir), names):
            with contextlib.suppress(OSError):
                _adjust(path, bits, exact)


def _bits(repository: Repository) -> tuple[int, bool]:
    """Return the bits of the setting, 0 if the repository is not shared, and whether they replace
    a file's own bits.
    """
    try:
        config = repository.objects.config
        value = str(config["core.sharedrepository"] or "true").lower()
    except (KeyError, pygit2.GitError):
        return 0, False
    if value in _WORDS or value in _OLD:
        return {**_WORDS, **_OLD}[value], False
    try:
        mode = int(value, 8) & 0o666
    except ValueError:
        return (0o660 if value in ("yes", "on") else 0), False
    return (mode, True) if mode & 0o600 == 0o600 else (0, False)


def _paths(git_dir: str, names: Sequence[str]) -> Iterator[str]:
    """Yield the files and folders of these names, and what is in the folders; packs are written by
    git alone.
    """
    for name in names:
        yield f"{git_dir}/{name}"
        for folder, folders, files in os.walk(f"{git_dir}/{name}"):
            if "pack" in folders and folder.endswith("/objects"):
                folders.remove("pack")
            yield from (f"{folder}/{entry}" for entry in (*folders, *files))


def _adjust(path: str, bits: int, exact: bool) -> None:
    status = os.lstat(path)
    if stat.S_ISLNK(status.st_mode) or status.st_uid != os.geteuid():
        return
    mode = stat.S_IMODE(status.st_mode)
    wanted = bits if mode & stat.S_IWUSR else bits & ~0o222
    if mode & stat.S_IXUSR:
        wanted |= (wanted & 0o444) >> 2
    shared = (mode & ~0o777 | wanted) if exact else mode | wanted
    if stat.S_ISDIR(status.st_mode):
        shared |= (shared & 0o444) >> 2 | stat.S_ISGID
    if shared != mode:
        os.chmod(path, shared)
