"""Names files in git's lists of ignored files, as the answers `ignore` and `gitignore` do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from forge import atomic, regular
from forge.errors import GitFailed
from forge.git import modes
from forge.git.repository import Repository
from forge.git.tree_entries import Entry

IGNORE_FILE = ".gitignore"
_SPECIAL = re.compile(r"([\\*?\[\]!#])")


def can_be_ignored(name: str) -> bool:
    """Return whether a line of git's ignore rules can name a path."""
    return not re.search(r"[\r\n\0]", name) and name == name.encode("utf-8", "replace").decode()


def pattern_of(name: str) -> str:
    """Return the line that ignores exactly one path, or one folder if it ends in `/`."""
    escaped = _SPECIAL.sub(r"\\\1", name)
    stripped = escaped.rstrip(" ")
    return "/" + stripped + "\\ " * (len(escaped) - len(stripped))


def exclude(repository: Repository, names: Sequence[str]) -> None:
    """Add paths to `info/exclude` of the repository, which no commit has.

    Raises StorageFailed, and GitFailed if it is not a file.
    """
    file = repository.common_dir / "info" / "exclude"
    _append(file, names, repository.scratch)


def ignore(repository: Repository, committed: bytes, names: Sequence[str]) -> Entry:
    """Add paths to the root's `.gitignore` in the work tree; return the entry of a `.gitignore`
    that is `committed` with these lines. Raises GitFailed if it is not a file.
    """
    _append(repository.root / IGNORE_FILE, names)
    return modes.FILE, str(repository.objects.create_blob(_with_lines(committed, names)))


def _append(file: Path, names: Sequence[str], staging: Path | None = None) -> None:
    try:
        before = regular.read(file)
    except FileNotFoundError:
        before = b""
    except OSError as error:
        raise GitFailed(
            f"{file} cannot be read, so nothing can be added to it: {error.strerror}",
            "make it a regular file, then `forge resume`",
        ) from error
    after = _with_lines(before, names)
    if after != before:
        file.parent.mkdir(parents=True, exist_ok=True)
        atomic.write(file, after, staging=staging)


def _with_lines(before: bytes, names: Sequence[str]) -> bytes:
    """Return a list of patterns with those for `names` added that it does not have."""
    present = set(before.splitlines())
    lines = [pattern_of(name).encode("utf-8", "surrogateescape") for name in names]
    new = b"".join(line + b"\n" for line in lines if line not in present)
    return before + (b"\n" if new and before and not before.endswith(b"\n") else b"") + new
