"""What a program in a sandbox sees of a git directory: what git needs to read the repository.

Hooks, logs, other work trees, credentials and whatever else is there stay out. Settings are shown
as a copy that has what git needs to read, without credentials, addresses and programs of the
network.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

from forge import atomic
from forge.errors import GitFailed
from forge.git import program
from forge.git.repository import Repository

_NEEDED = (
    *("HEAD", "ORIG_HEAD", "MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "REBASE_HEAD"),
    *("objects", "refs", "packed-refs", "reftable", "info", "shallow", "index"),
    *("commondir", "gitdir", "lfs/objects"),
)
_SETTINGS = ("config", "config.worktree")
_MODULES = "modules"
_FOLDER = "sandbox"
_SHOWN = re.compile(
    r"core\.(repositoryformatversion|filemode|bare|logallrefupdates|ignorecase|precomposeunicode"
    r"|symlinks|autocrlf|eol|safecrlf|worktree|sparsecheckout|sparsecheckoutcone|quotepath"
    r"|checkstat|trustctime|sharedrepository|abbrev|splitindex|untrackedcache)"
    r"|extensions\..+|index\..+|user\.(name|email)|branch\..+\.(remote|merge)|init\..+"
    r"|filter\..+|submodule\..+\.(active|path)|diff\.(renames|algorithm)|merge\.conflictstyle",
    re.DOTALL,
)


def show(repository: Repository, files: tuple[Path, ...]) -> Iterator[str]:
    """Yield the arguments that show a repository's git directory, and in it the given files.

    Raises StorageFailed.
    """
    common, own = str(repository.common_dir), str(repository.git_dir)
    yield from ("--tmpfs", common)
    for folder in dict.fromkeys((common, own)):
        yield from _of_folder(repository, folder)
    for folder in _modules(f"{common}/{_MODULES}"):
        yield from _of_folder(repository, folder)
    for file in files:
        yield from ("--ro-bind-try", str(file), str(file))
    yield from ("--remount-ro", common)


def _of_folder(repository: Repository, folder: str) -> Iterator[str]:
    shared = sorted(name for name in _names(folder) if name.startswith("sharedindex."))
    for name in (*_NEEDED, *shared):
        place = f"{folder}/{name}"
        if os.path.lexists(place) and not os.path.islink(place):
            yield from ("--ro-bind", place, place)
    for name in _SETTINGS:
        place = f"{folder}/{name}"
        if os.path.isfile(place):
            yield from ("--ro-bind", str(_without_credentials(repository, place)), place)


def _modules(folder: str) -> Iterator[str]:
    """Yield the git directories of submodules, and of theirs."""
    for name in _names(folder):
        place = f"{folder}/{name}"
        if os.path.islink(place) or not os.path.isdir(place):
            continue
        if os.path.isfile(f"{place}/HEAD"):
            yield place
            yield from _modules(f"{place}/{_MODULES}")
        else:  # the name of a submodule may have a slash
            yield from _modules(place)


def _names(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def _without_credentials(repository: Repository, path: str) -> Path:
    """Return a copy of a file of settings with those that are shown. Raises StorageFailed."""
    words = ("config", "--file", path, "--no-includes", "--null", "--list")
    try:
        listed = program.run(repository.root, *words).decode("utf-8", "surrogateescape")
    except GitFailed:  # git inside refuses what it refuses outside
        listed = ""
    lines = [_line(*entry.partition("\n")) for entry in listed.split("\0") if entry]
    data = "".join(lines).encode("utf-8", "surrogateescape")
    copy = repository.forge_dir / _FOLDER / hashlib.sha256(data).hexdigest()[:16]
    if not copy.is_file():
        atomic.write(copy, data, durable=False)
    return copy


def _line(name: str, separator: str, value: str) -> str:
    """Return a setting as git reads it from a file; empty if it is not shown."""
    if not _SHOWN.fullmatch(name):
        return ""
    section, _, key = name.rpartition(".")
    kind, _, part = section.partition(".")
    escaped = part.replace("\\", "\\\\").replace('"', '\\"')
    heading = f'[{kind} "{escaped}"]' if part else f"[{kind}]"
    text = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'{heading}\n\t{key} = "{text}"\n' if separator else f"{heading}\n\t{key}\n"
