"""Finds the mentions of a file in a text, for languages whose imports forge does not follow."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import cached_property

from msgspec import Struct

from forge.check.must_haves.code.file import Code
from forge.git.objects.tree import Tree

_LONGEST = 300
_UNAMBIGUOUS_LENGTH = 10
_INDEX_FILES = ("init", "index")
_NARROW = frozenset("./@~+-$\\%_")
_WIDE = _NARROW | frozenset("(){}[]")
_SEPARATOR = re.compile(r"[/\\]+")
_CONTINUES = re.compile(r"[\w-]|\.\w")
_QUOTED = re.compile(r"[\"'`<(](?P<path>(?:\.{1,2}/|[\w@~])[\w./@~+-]{0,250})[\"'`>)]")
_LOADS = re.compile(
    r"\b(?:require|require_relative|load|import|include|use|forward|source|extends?|export|part)\b"
)


class Mention(Struct, frozen=True):
    """The line that names a file, and the text of the name."""

    line: int
    text: str


def mention(code: Code, target: str, tree: Tree) -> Mention | None:
    """Return the first mention of a file or folder outside comments, by its path or base name."""
    return _in_text(code.code, code, target, tree)


def comment(code: Code, target: str, tree: Tree) -> Mention | None:
    """Return the first mention of a file or folder, including comments."""
    return _in_text(code.text, code, target, tree)


def _in_text(text: str, code: Code, target: str, tree: Tree) -> Mention | None:
    names = _Names(target, code.path, tree)
    for start, spellings in _spellings(text, posixpath.basename(target)):
        if any(names.include(spelling) for spelling in spellings):
            return Mention(code.line(start), spellings[0])
    return _without_suffix(text, code, target) or _by_stem(text, code, target, names)


def _spellings(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each offset of a base name that is a whole word, with the paths that may end in it."""
    at, last = text.find(name), 0
    while at >= 0:
        end = at + len(name)
        before = text[at - 1 : at]
        in_word = before.isalnum() or before in ("_", "-", ".")
        if not _CONTINUES.match(text, end) and not in_word:
            least = max(last, at - _LONGEST)
            yield at, [text[_start(text, at, least, chars) : end] for chars in (_NARROW, _WIDE)]
        last, at = end, text.find(name, end)


def _start(text: str, at: int, least: int, chars: frozenset[str]) -> int:
    while at > least and (text[at - 1].isalnum() or text[at - 1] in chars):
        at -= 1
    return at


class _Names(Struct, dict=True):
    """The spellings of paths in the file `source` that mean the target."""

    target: str
    source: str
    tree: Tree

    def include(self, written: str) -> bool:
        """Return whether a written path means the target: the exact path, its last folders, its
        base name if it is unique, or the name of a file in the same folder.
        """
        folder = posixpath.dirname(self.source)
        if self.target in (written, posixpath.normpath(posixpath.join(folder, written))):
            return True
        parts = [
            part for part in _SEPARATOR.split(written) if part.strip(".") and part[0] not in "$%~"
        ]
        if len(parts) > 1 and f"/{self.target}".endswith("/" + "/".join(parts)):
            return True
        in_folder = folder == posixpath.dirname(self.target)
        return self.unique or (len(parts) == 1 and ".." not in written and in_folder)

    @cached_property
    def unique(self) -> bool:
        """Whether no other file of the tree has the target's base name."""
        name = posixpath.basename(self.target)
        count = 0
        for path in self.tree.files():
            count += path == name or path.endswith(f"/{name}")
            if count > 1:
                return False
        return count == 1


def _without_suffix(text: str, code: Code, target: str) -> Mention | None:
    """Return the first quoted path that names the target without its suffix: in full, or in a
    statement that loads it, such as `require_relative "../x"`.
    """
    stem = posixpath.splitext(target)[0]
    folder, name = posixpath.split(stem)
    stems = {
        stem,
        posixpath.join(folder, name.removeprefix("_")),
        folder if name in _INDEX_FILES else stem,
    }
    for match in _QUOTED.finditer(text):
        least = max(match.start() - _LONGEST, 0)
        line_start = max(text.rfind("\n", least, match.start()) + 1, least)
        loads = _LOADS.search(text, line_start, match.start()) is not None
        if _means(match["path"], code.path, stems, loads):
            return Mention(code.line(match.start()), match["path"])
    return None


def _means(written: str, source: str, stems: set[str], loads: bool) -> bool:
    for path in (written, written.replace(".", "/")):
        if path in stems and "/" in path:
            return True
        relative = posixpath.normpath(posixpath.join(posixpath.dirname(source), path))
        if loads and (path in stems or relative in stems):
            return True
        if loads and "/" in path and any(f"/{stem}".endswith(f"/{path}") for stem in stems):
            return True
    return False


def _by_stem(text: str, code: Code, target: str, names: _Names) -> Mention | None:
    """Return the first name without a suffix that can only mean the target: `0014_add` for
    `0014_add.sql`.
    """
    stem = posixpath.splitext(posixpath.basename(target))[0]
    if len(stem) < _UNAMBIGUOUS_LENGTH or not re.search(r"\w[_-]\w", stem) or not names.unique:
        return None
    match = re.search(rf"(?<![\w-]){re.escape(stem)}(?![\w-])", text)
    return Mention(code.line(match.start()), stem) if match else None
