"""What a private index changes against a commit, with the added lines of text."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from forge.git.commits.changes import Change, Changes
from forge.git.index.conversion import conversion_settings, stores_unconverted
from forge.git.index.private_index import PrivateIndex
from forge.git.lazy_pygit2 import pygit2
from forge.git.repository import Repository
from forge.git.tree_entries import Entry, is_utf8

_LARGEST_TEXT = 16 << 20  # bytes; git treats a larger file as binary and shows no lines
_MOST_COMPARED = 500  # files whose lines are compared without git
_LARGEST_COMPARED = 1 << 20  # bytes of each

_DIFF = (
    "-c",
    f"core.bigFileThreshold={_LARGEST_TEXT >> 20}m",
    "diff",
    "--cached",
    "--raw",
    "--numstat",
    "-p",
    "-z",
    "-U0",
    "--no-renames",
    "--no-abbrev",
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    "--ignore-submodules=none",
    "--src-prefix=a/",
    "--dst-prefix=b/",
)

Exclude = Callable[[str], bool]


class RawRecord(NamedTuple):
    """A line of `git diff --raw`: git's letter, and the entries before and after."""

    status: str
    before: tuple[int, str]
    after: tuple[int, str]


def staged_changes(copy: PrivateIndex, base: str, exclude: Exclude) -> Changes:
    """Return what an index changes against a commit, according to git."""
    records, numbers, patch = _parse(copy.git(*_DIFF, base, "--"))
    records = {path: record for path, record in records.items() if not exclude(path)}
    changes = [
        Change(path, record.status, *record.after, *(numbers.get(path) or (0, 0)))
        for path, record in records.items()
    ]
    # A `.gitattributes` with `-diff`, which may be as new as the file, must not hide lines from the
    # secret scan.
    binary = {path: record for path, record in records.items() if numbers.get(path, ()) is None}
    return Changes(changes, patch + b"".join(_patches(copy.repository, binary)))


def _patches(repository: Repository, records: Mapping[str, RawRecord]) -> Iterator[bytes]:
    for path, record in records.items():
        before = record.before if record.before[0] else None
        after = record.after if record.after[0] else None
        compared = _compare(repository, path, before, after, _LARGEST_TEXT)
        if compared is not None:
            yield compared[2]


def fast_changes(
    repository: Repository, staged: Mapping[str, tuple[Entry, Entry]]
) -> Changes | None:
    """Return the changes for entries before and after, compared without git.

    Returns None if git may compare their lines in another way.
    """
    if len(staged) > _MOST_COMPARED or not conversion_settings(repository).default_diff:
        return None
    if not all(is_utf8(path) and stores_unconverted(repository, path) for path in staged):
        return None
    changes, patches = list[Change](), list[bytes]()
    for path, (before, after) in sorted(staged.items()):
        compared = _compare(repository, path, before, after, _LARGEST_COMPARED)
        if compared is None:
            return None
        added, removed, patch = compared
        changes.append(Change.of(path, before, after, added, removed))
        patches.append(patch)
    return Changes(changes, b"".join(patches))


def _compare(
    repository: Repository, path: str, before: Entry, after: Entry, largest: int
) -> tuple[int, int, bytes] | None:
    """Return added lines, removed lines and the patch of two blobs, ignoring attributes.

    Returns None if a blob is larger than `largest` bytes, or missing: in a partial clone git would
    fetch it.
    """
    try:
        blobs = [
            repository.objects[entry[1]].peel(pygit2.Blob) if entry else None
            for entry in (before, after)
        ]
    except KeyError:
        return None
    if max(blob.size for blob in blobs if blob) > largest:
        return None
    # Compare bytes, since libgit2 would look up attributes for blobs. It borrows the bytes, so they
    # must stay referenced here.
    old, new = (blob.data if blob else None for blob in blobs)
    name = os.fsencode(path).decode("utf-8", "replace")
    patch = pygit2.Patch.create_from(old, new, old_as_path=name, new_as_path=name, context_lines=0)
    _, added, removed = patch.line_stats
    return added, removed, patch.data


def _parse(output: bytes) -> tuple[dict[str, RawRecord], dict[str, tuple[int, int] | None], bytes]:
    """Read `git diff --raw --numstat -p -z`: raw records, numbers, an empty field, the patch.

    Returns the records and the numbers of lines by path, None for what git treats as binary, and
    the patch.
    """
    records: dict[str, RawRecord] = {}
    numbers: dict[str, tuple[int, int] | None] = {}
    at = 0
    while at < len(output) and output[at : at + 1] != b"\0":
        end = output.index(b"\0", at)
        field, at = output[at:end], end + 1
        if field.startswith(b":"):
            old_mode, mode, old, blob, status = field[1:].decode().split(" ")
            end = output.index(b"\0", at)
            path, at = os.fsdecode(output[at:end]), end + 1
            records[path] = RawRecord(status[0], (int(old_mode, 8), old), (int(mode, 8), blob))
        else:
            added, removed, name = field.split(b"\t", 2)
            counted = added != b"-"
            numbers[os.fsdecode(name)] = (int(added), int(removed)) if counted else None
    return records, numbers, output[at:].lstrip(b"\0")
