"""What is said outside of the work tree about how git stores, compares and ignores the files in it."""

from __future__ import annotations

import os
from collections.abc import Container, Iterator
from functools import lru_cache

from msgspec import Struct

from forge.git import program
from forge.git.hooks import settings_files
from forge.git.repository import Repository

Stamp = tuple[int, int, int] | None
Sign = tuple[Stamp, ...]
"""What tells one state of some files from another."""


class Manners(Struct, frozen=True):
    """`raw`: files are stored as they lie, unless a `.gitattributes` says otherwise. `own_diff`: lines are compared in git's
    own way. `ignore_sign`: tells one state of what is said about ignored files, `.gitignore` apart, from another; None
    where it is said in places that are not known.
    """

    raw: bool
    own_diff: bool
    ignore_sign: Sign | None


def manners(repository: Repository) -> Manners:
    """Return what is said; git is asked for its settings once, and again when a file of them is another."""
    files = settings_files(repository)
    settings = _settings(repository, _sign(*files, "/etc/gitconfig"))
    attributes = [place for place in (*files, "/etc/gitattributes") if place.endswith("attributes")]
    excludes = os.path.expanduser(settings.get("core.excludesfile", "/"))
    included = any(name.startswith(("include.", "includeif.")) for name in settings)  # these files are not looked at
    return Manners(
        "core.attributesfile" not in settings and settings.get("core.autocrlf", "false") == "false"
        and not any(map(os.path.lexists, attributes)),
        "diff.algorithm" not in settings,
        _sign(*files, excludes) if os.path.isabs(excludes) and not included else None,
    )  # fmt: skip


def stores_raw(repository: Repository, path: str, tracked: Container[str] = ()) -> bool:
    """Say whether git stores a file's bytes as they lie: no setting or file of attributes says otherwise."""
    names = (f"{folder}/.gitattributes" for folder in folders_of(path))
    return manners(repository).raw and not any(
        name in tracked or os.path.lexists(f"{repository.root}/{name}") for name in (*names, ".gitattributes")
    )  # fmt: skip


def folders_of(path: str) -> Iterator[str]:
    """Yield the folders above a path, the nearest first, without the root."""
    while path := path.rpartition("/")[0]:
        yield path


@lru_cache(maxsize=8)
def _settings(repository: Repository, sign: Sign) -> dict[str, str]:
    """Return git's settings as they are while their files have this sign."""
    words = program.fields(repository.git("config", "--list", "-z"))
    return {name: value for name, _, value in (word.partition("\n") for word in words)}


def _sign(*paths: str) -> Sign:
    return tuple(map(_stamp, paths))


def _stamp(path: str) -> Stamp:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_ctime_ns
