"""Finds an artifact's path among the files of a tree."""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_left

from forge.check.must_haves.outcome import shown
from forge.errors import GitFailed
from forge.git.objects.tree import Tree
from forge.planning.plan.scope import glob_regex
from forge.text import pattern

_MOST_SHOWN = 3


def exact(path: str, tree: Tree) -> list[str]:
    """Return the path in a list if the tree has an entry of any kind there. Raises GitFailed."""
    files = tree.files()
    at = bisect_left(files, path)
    return [path] if files[at : at + 1] == [path] else []


def matches(glob: str, tree: Tree) -> list[str]:
    """Return the paths that a glob matches; brackets and braces in it are literal. Raises
    GitFailed.
    """
    try:
        compiled = pattern.compile_pattern(f"(?s:{pattern.searchable(glob_regex(glob))})")
    except pattern.BadPattern:
        return []
    prefix = re.split(r"[*?]", glob, maxsplit=1)[0]
    files = tree.files()
    paths = []
    for path in files[bisect_left(files, prefix) :]:
        if not path.startswith(prefix):
            break
        if compiled.fullmatch(pattern.searchable(path)):
            paths.append(path)
    return paths


def similar(path: str, tree: Tree) -> str:
    """Return a hint at a file that is similar to a missing one, otherwise empty."""
    if "\\" in path:
        forward = shown(path.replace("\\", "/"))
        return f": a backslash is part of the name here; write {forward}"
    try:
        files = tree.files()
    except GitFailed:
        return ""
    folded = path.lower()
    for file in files:
        if len(file) == len(path) and file.lower() == folded:
            return f"; {shown(file)} is, in other upper and lower case"
    name = posixpath.basename(path)
    namesakes = [
        file for file in files if name and file.endswith(name) and posixpath.basename(file) == name
    ]
    if not namesakes:
        return ""
    few = len(namesakes) <= _MOST_SHOWN
    places = ", ".join(map(shown, namesakes)) if few else f"{len(namesakes)} other places"
    return f"; a file of that name is at {places}"
