"""Globs in the ends of key links, with choices such as `{a,b}`."""

from __future__ import annotations

import re

from forge.git.objects.tree import Tree
from forge.planning.plan.scope import glob_regex
from forge.text.pattern import BadPattern, compile_pattern

_CHOICE = re.compile(r"\{([^{},/]*(?:,[^{},/]*)+)\}")
_MOST_PATHS = 2000


def is_glob(text: str) -> bool:
    """Return whether a text has a wildcard or a choice."""
    return "*" in text or "?" in text or _CHOICE.search(text) is not None


def matching(glob: str, tree: Tree) -> tuple[str, ...]:
    """Return the paths of a tree that a glob matches; file names that are not UTF-8 never do."""
    try:
        compiled = compile_pattern(rf"\A(?s:{_regex(glob)})\z")
    except BadPattern:
        return ()
    paths = (path for path in tree.files() if _is_utf8(path) and compiled.search(path))
    return tuple(paths)[:_MOST_PATHS]


def _regex(glob: str) -> str:
    parts, at = [], 0
    for choice in _CHOICE.finditer(glob):
        options = "|".join(glob_regex(option) for option in choice[1].split(","))
        parts += [glob_regex(glob[at : choice.start()]), f"(?:{options})"]
        at = choice.end()
    return "".join([*parts, glob_regex(glob[at:])])


def _is_utf8(path: str) -> bool:
    return path.isascii() or not any("\ud800" <= char <= "\udfff" for char in path)
