"""Reads the output of `git diff-tree` and `git diff-index`."""

from __future__ import annotations

from forge.git import program
from forge.git.tree_entries import Entry


def parse_raw_diff(output: bytes) -> dict[str, Entry]:
    """Return the changed paths of `--raw -z --no-renames --no-abbrev` with their new entries."""
    fields = program.fields(output)
    entries: dict[str, Entry] = {}
    for record, path in zip(fields[::2], fields[1::2], strict=True):
        _, mode, _, blob, status = record[1:].split(" ")
        entries[path] = None if status == "D" else (int(mode, 8), blob)
    return entries
