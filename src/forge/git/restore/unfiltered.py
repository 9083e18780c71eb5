"""Captures a work tree byte by byte, for when a filter or an encoding of git's attributes fails."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence

from forge.errors import GitFailed
from forge.git import modes, program
from forge.git.index.private_index import PrivateIndex, private_index
from forge.git.repository import Repository
from forge.git.restore.snapshot import Captured
from forge.git.status import STATUS, parse_status

_AT_ONCE = 200  # paths on one command line
_PARTS = ("clean", "smudge", "process")


def capture_unfiltered(repository: Repository) -> Captured:
    """Write the work tree, each file unfiltered, and the index as trees.

    Raises GitFailed, and OSError for a file that cannot be read.
    """
    without = _without_filters(repository)
    staged = None
    with private_index(repository) as copy:
        with contextlib.suppress(GitFailed):
            staged = copy.git("write-tree").decode().strip()
        entries = parse_status(copy.git(*without, *STATUS))
        _stage(copy, [entry.path for entry in entries if not entry.path.endswith("/")])
        return Captured(copy.git("write-tree").decode().strip(), staged)


def _without_filters(repository: Repository) -> list[str]:
    """Return the arguments that turn off every filter that git's settings define."""
    listed = program.attempt(
        repository.root, "config", "--name-only", "-z", "--get-regexp", r"^filter\."
    )
    names = {field.rpartition(".")[0] for field in program.fields(listed.stdout)}
    settings = [f"{name}.{part}=" for name in sorted(names) for part in _PARTS]
    settings += [f"{name}.required=false" for name in sorted(names)]
    return [word for setting in settings for word in ("-c", setting)]


def _stage(copy: PrivateIndex, paths: Sequence[str]) -> None:
    lines: list[bytes] = []
    files: list[tuple[int, str]] = []
    for path in paths:
        place = copy.repository.root / path
        try:
            status = os.lstat(place)
        except (FileNotFoundError, NotADirectoryError):
            lines.append(_line(0, "0" * 40, path))
            continue
        mode = modes.of_file(status)
        if mode == modes.LINK:
            target = os.fsencode(os.readlink(place))
            lines.append(_line(mode, str(copy.repository.objects.create_blob(target)), path))
        elif mode:
            files.append((mode, path))
    for at in range(0, len(files), _AT_ONCE):
        some = files[at : at + _AT_ONCE]
        words = ("hash-object", "-w", "--no-filters", "--", *(path for _, path in some))
        blobs = copy.git(*words).decode().split()
        lines += [_line(mode, blob, path) for (mode, path), blob in zip(some, blobs, strict=True)]
    copy.git("update-index", "-z", "--index-info", stdin=b"".join(lines))


def _line(mode: int, blob: str, path: str) -> bytes:
    return f"{mode:o} {blob}\t".encode() + os.fsencode(path) + b"\0"
