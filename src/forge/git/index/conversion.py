"""What is said outside of the work tree about how git stores, compares and ignores the files in
it.
"""

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

_AS_THEY_LIE = {
    "filemode": "true",
    "symlinks": "true",
    "ignorecase": "false",
    "precomposeunicode": "false",
}


class ConversionSettings(Struct, frozen=True):
    """`raw`: files are stored as they lie, unless a `.gitattributes` says otherwise. `own_diff`:
    lines are compared in git's own way. `ignore_sign`: tells one state of what is said about
    ignored files, `.gitignore` apart, from another; None where it is said in places that are not
    known. `raw_names`: names and modes are stored as they lie.
    """

    raw: bool
    own_diff: bool
    ignore_sign: Sign | None
    raw_names: bool


def conversion_settings(repository: Repository) -> ConversionSettings:
    """Return what is said; git is asked for its settings once, and again when a file of them is
    another.
    """
    files = settings_files(repository)
    settings = _settings(repository, _sign(*files, "/etc/gitconfig"))
    attributes = [place for place in (*files, "/etc/gitattributes") if place.endswith("attributes")]
    excludes = os.path.expanduser(settings.get("core.excludesfile", "/"))
    if any(
        name.startswith(("include.", "includeif.")) for name in settings
    ):  # what these files say may change unseen
        return ConversionSettings(raw=False, own_diff=False, ignore_sign=None, raw_names=False)
    of_a_tree = (
        "attr.tree" in settings or "GIT_ATTR_SOURCE" in os.environ
    )  # attributes that lie in no file
    return ConversionSettings(
        not of_a_tree
        and "core.attributesfile" not in settings
        and settings.get("core.autocrlf", "false") == "false"
        and not any(map(os.path.lexists, attributes)),
        "diff.algorithm" not in settings,
        _sign(*files, excludes) if os.path.isabs(excludes) else None,
        all(settings.get(f"core.{name}", usual) == usual for name, usual in _AS_THEY_LIE.items()),
    )


def adds_unconverted(repository: Repository) -> bool:
    """Say whether no setting has a say in what `git add` takes: names, modes and bytes,
    `.gitattributes` apart.
    """
    said = conversion_settings(repository)
    return said.raw and said.raw_names


def ignores_nothing(repository: Repository) -> bool:
    """Say whether nothing but a `.gitignore` might ignore a file here."""
    sign = conversion_settings(repository).ignore_sign
    return sign is not None and not _rules(repository, sign)


@lru_cache(maxsize=8)
def _rules(repository: Repository, sign: Sign) -> bool:
    """Say whether a file that git reads ignore rules from holds one, while such files have this
    sign.
    """
    files = settings_files(repository)
    excludes = _settings(repository, _sign(*files, "/etc/gitconfig")).get("core.excludesfile", "/")
    places = [place for place in files if place.endswith(("info/exclude", "git/ignore"))]
    return any(
        _has_rule(place)
        for place in (*places, os.path.expanduser(excludes))
        if os.path.isfile(place)
    )


def _has_rule(place: str) -> bool:
    with open(place, "rb") as file:
        return any(line.strip() and not line.startswith(b"#") for line in file)


def stores_unconverted(repository: Repository, path: str, tracked: Container[str] = ()) -> bool:
    """Say whether git stores a file's bytes as they lie: no setting or file of attributes says
    otherwise.
    """
    names = (f"{folder}/.gitattributes" for folder in folders_of(path))
    return conversion_settings(repository).raw and not any(
        name in tracked or os.path.lexists(f"{repository.root}/{name}")
        for name in (*names, ".gitattributes")
    )


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
