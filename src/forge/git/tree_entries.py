"""Reads single entries of trees, and writes trees with entries replaced. Names that are not UTF-8
are handled as bytes.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from forge.git import modes
from forge.git.lazy_pygit2 import pygit2

_ID = 20  # bytes of an object's id

Entry = tuple[int, str] | None
"""Mode and object id at a path, or None."""

Nested = dict[str, "Nested | Entry"]


def entry_at(objects: pygit2.Repository, tree: pygit2.Tree, path: str) -> Entry:
    """Return the entry of a file or folder at a path of a tree, or None."""
    entry: Entry = (modes.FOLDER, str(tree.id))
    for name in path.split("/"):
        if entry is None or entry[0] != modes.FOLDER:
            return None
        entry = _named(objects[entry[1]].peel(pygit2.Tree), name)
    return entry


def _named(tree: pygit2.Tree, name: str) -> Entry:
    if not is_utf8(name):
        return _entries(tree).get(os.fsencode(name))
    return (int(tree[name].filemode or 0), str(tree[name].id)) if name in tree else None


def with_entries(
    objects: pygit2.Repository, tree: pygit2.Tree, entries: Mapping[str, Entry]
) -> pygit2.Oid:
    """Write a tree with entries replaced and return its id; None removes a path.

    Folders that become empty are removed.
    """
    return _written(objects, tree, _nested(entries))


def _nested(entries: Mapping[str, Entry]) -> Nested:
    """Return entries by folder. Removals come first, so that a file can replace a folder, or a
    folder a file.
    """
    root: Nested = {}
    for path, entry in sorted(entries.items(), key=lambda item: item[1] is not None):
        *folders, name = path.split("/")
        place = root
        for folder in folders:
            below = place.get(folder)
            if not isinstance(below, dict):
                below = place[folder] = {}
            place = below
        place[name] = entry
    return root


def _written(objects: pygit2.Repository, tree: pygit2.Tree | None, nested: Nested) -> pygit2.Oid:
    if not all(map(is_utf8, nested)):
        return _written_raw(objects, tree, nested)
    builder = objects.TreeBuilder(tree) if tree is not None else objects.TreeBuilder()
    for name, entry in nested.items():
        there = tree is not None and name in tree
        below = tree[name] if tree is not None and there else None
        made = _folder(objects, below, entry) if isinstance(entry, dict) else entry
        if made is not None:
            builder.insert(name, pygit2.Oid(hex=made[1]), made[0])
        elif there:
            builder.remove(name)
    return builder.write()


def _written_raw(
    objects: pygit2.Repository, tree: pygit2.Tree | None, nested: Nested
) -> pygit2.Oid:
    """Write a folder with names that are not UTF-8, which pygit2's builder rejects."""
    entries = _entries(tree) if tree is not None else {}
    for name, entry in nested.items():
        key = os.fsencode(name)
        before = entries.get(key)
        below = objects[before[1]] if before and before[0] == modes.FOLDER else None
        made = _folder(objects, below, entry) if isinstance(entry, dict) else entry
        if made is not None:
            entries[key] = made
        else:
            entries.pop(key, None)
    ordered = sorted(
        entries.items(), key=lambda item: item[0] + (b"/" if item[1][0] == modes.FOLDER else b"")
    )
    raw = b"".join(
        f"{mode:o} ".encode() + name + b"\0" + bytes.fromhex(oid) for name, (mode, oid) in ordered
    )
    return objects.write(pygit2.enums.ObjectType.TREE, raw)


def _folder(objects: pygit2.Repository, before: pygit2.Object | None, nested: Nested) -> Entry:
    """Write a folder with entries replaced and return its entry; None if it is empty now."""
    made = _written(objects, before if isinstance(before, pygit2.Tree) else None, nested)
    return (modes.FOLDER, str(made)) if len(objects[made].peel(pygit2.Tree)) else None


def is_utf8(name: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in name)


def _entries(tree: pygit2.Tree) -> dict[bytes, tuple[int, str]]:
    """Return the entries of a tree by the bytes of their names."""
    raw, at = tree.read_raw(), 0
    entries: dict[bytes, tuple[int, str]] = {}
    while at < len(raw):
        mode, _, name = raw[at : (end := raw.index(b"\0", at))].partition(b" ")
        entries[name] = int(mode, 8), raw[end + 1 : end + 1 + _ID].hex()
        at = end + 1 + _ID
    return entries
