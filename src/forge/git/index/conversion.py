"""Git settings outside the work tree that affect storing, diffing and ignoring files."""

from __future__ import annotations

import os
from collections.abc import Container, Iterator
from functools import lru_cache

from msgspec import Struct

from forge import regular
from forge.git import program
from forge.git.lazy_pygit2 import pygit2
from forge.git.repository import Repository
from forge.git.settings_files import settings_files

Stamp = tuple[int, int, int] | None
Fingerprint = tuple[Stamp, ...]
"""Stamps of some files, which change whenever one of the files does."""

_PLAIN_NAMES = {
    "filemode": "true",
    "symlinks": "true",
    "ignorecase": "false",
    "precomposeunicode": "false",
}
_PLAIN_TIMES = {"trustctime": "true", "checkstat": "default", "sparsecheckout": "false"}
_LIBRARY_DEFAULTS = {**_PLAIN_NAMES, **_PLAIN_TIMES, "autocrlf": "false"}


class ConversionSettings(Struct, frozen=True):
    """What the settings of a repository and its user say about files.

    `unconverted`: files are stored byte by byte, unless a `.gitattributes` says otherwise.
    `names_unconverted`: names and modes are stored as the file system has them.
    `compares_plainly`: so they are, and git compares files with the index in its default way.
    `default_diff`: lines are compared by git's default algorithm.
    `fingerprint`: changes with the files of the settings; None if settings may change unnoticed.
    `ignore_fingerprint`: changes with the ignore rules, `.gitignore` files apart; None if rules may
    change unnoticed.
    """

    unconverted: bool
    names_unconverted: bool
    compares_plainly: bool
    default_diff: bool
    fingerprint: Fingerprint | None
    ignore_fingerprint: Fingerprint | None


_UNKNOWN = ConversionSettings(
    unconverted=False,
    names_unconverted=False,
    compares_plainly=False,
    default_diff=False,
    fingerprint=None,
    ignore_fingerprint=None,
)


def conversion_settings(repository: Repository) -> ConversionSettings:
    """Return the settings; git reads them again only if one of their files changed."""
    files = settings_files(repository)
    fingerprint = _fingerprint(*files, "/etc/gitconfig")
    settings = _settings(repository, fingerprint)
    if any(name.startswith(("include.", "includeif.")) for name in settings):
        return _UNKNOWN  # included files may change unnoticed
    excludes = os.path.expanduser(settings.get("core.excludesfile", "/"))
    names_unconverted = _has_defaults(settings, _PLAIN_NAMES)
    return ConversionSettings(
        unconverted=_stores_bytes(settings, files),
        names_unconverted=names_unconverted,
        compares_plainly=names_unconverted and _has_defaults(settings, _PLAIN_TIMES),
        default_diff="diff.algorithm" not in settings,
        fingerprint=fingerprint,
        ignore_fingerprint=(
            (*fingerprint[:-1], _stamp(excludes)) if os.path.isabs(excludes) else None
        ),
    )


def _stores_bytes(settings: dict[str, str], files: tuple[str, ...]) -> bool:
    attributes = (path for path in (*files, "/etc/gitattributes") if path.endswith("attributes"))
    attributes_of_a_tree = "attr.tree" in settings or "GIT_ATTR_SOURCE" in os.environ
    return not (
        attributes_of_a_tree
        or "core.attributesfile" in settings
        or settings.get("core.autocrlf", "false") != "false"
        or any(map(os.path.lexists, attributes))
    )


def _has_defaults(settings: dict[str, str], defaults: dict[str, str]) -> bool:
    return all(settings.get(f"core.{name}", value) == value for name, value in defaults.items())


def library_reads_plainly(opened: pygit2.Repository) -> bool:
    """Return whether the settings that libgit2 reads let it compare bytes, names and modes.

    It does not read settings in the environment, which git prefers over files.
    """
    config = opened.config
    names = (f"core.{name}" for name in _LIBRARY_DEFAULTS)
    settings = {name: config[name] or "" for name in names if name in config}
    return "core.attributesfile" not in config and _has_defaults(settings, _LIBRARY_DEFAULTS)


def adds_unconverted(repository: Repository) -> bool:
    """Return whether `git add` stores names, modes and bytes as they are, attributes apart."""
    settings = conversion_settings(repository)
    return settings.unconverted and settings.names_unconverted


def stores_unconverted(repository: Repository, path: str, tracked: Container[str] = ()) -> bool:
    """Return whether git stores a file byte by byte: no setting applies, and no `.gitattributes`
    is in a folder above the file.
    """
    if not conversion_settings(repository).unconverted:
        return False
    names = [*(f"{folder}/.gitattributes" for folder in folders_of(path)), ".gitattributes"]
    return not any(
        name in tracked or os.path.lexists(f"{repository.root}/{name}") for name in names
    )


def ignores_nothing(repository: Repository) -> bool:
    """Return whether no rule ignores files, `.gitignore` files apart."""
    fingerprint = conversion_settings(repository).ignore_fingerprint
    return fingerprint is not None and not _has_ignore_rules(repository, fingerprint)


@lru_cache(maxsize=8)
def _has_ignore_rules(repository: Repository, fingerprint: Fingerprint) -> bool:
    """Return whether a file outside the work tree has ignore rules; cached by fingerprint."""
    files = settings_files(repository)
    settings = _settings(repository, _fingerprint(*files, "/etc/gitconfig"))
    excludes = os.path.expanduser(settings.get("core.excludesfile", "/"))
    paths = [path for path in files if path.endswith(("info/exclude", "git/ignore"))]
    return any(_has_rule(path) for path in (*paths, excludes) if os.path.isfile(path))


def _has_rule(path: str) -> bool:
    lines = regular.read(path, follow=True).splitlines()
    return any(line.strip() and not line.startswith(b"#") for line in lines)


def folders_of(path: str) -> Iterator[str]:
    """Yield the folders above a path, the nearest first, without the root."""
    while path := path.rpartition("/")[0]:
        yield path


@lru_cache(maxsize=8)
def _settings(repository: Repository, fingerprint: Fingerprint) -> dict[str, str]:
    """Return git's settings; cached by the fingerprint of their files."""
    done = program.settings(repository.root, "--list", "-z")
    if done.returncode:
        raise program.failed(("config",), done)
    words = program.fields(done.stdout)
    return {name: value for name, _, value in (word.partition("\n") for word in words)}


def _fingerprint(*paths: str) -> Fingerprint:
    return tuple(map(_stamp, paths))


def _stamp(path: str) -> Stamp:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_ctime_ns
