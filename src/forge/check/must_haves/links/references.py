"""Where a text names a file, for files whose languages have no imports that forge follows."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import cached_property

from msgspec import Struct

from forge.check.must_haves.code.file import Code
from forge.git.objects.tree import Tree

_LONGEST = 300
_TELLING_LENGTH = 10
_FOLDER_ITSELF = ("init", "index")
_NARROW = frozenset("./@~+-$\\%_")
_WIDE = _NARROW | frozenset("(){}[]")
_SEPARATOR = re.compile(r"[/\\]+")
_FOLLOWED = re.compile(r"[\w-]|\.\w")
_QUOTED = re.compile(r"[\"'`<(](?P<path>(?:\.{1,2}/|[\w@~])[\w./@~+-]{0,250})[\"'`>)]")
_TAKES_IN = re.compile(
    r"\b(?:require|require_relative|load|import|include|use|forward|source|extends?|export|part)\b"
)


class Mention(Struct, frozen=True):
    """Where a file is named, and the text that names it."""

    line: int
    text: str


def mention(code: Code, target: str, tree: Tree) -> Mention | None:
    """Return the first place outside comments where a file or folder is named: by its path, or by
    its base name.
    """
    return _in(code.code, code, target, tree)


def comment(code: Code, target: str, tree: Tree) -> Mention | None:
    """Return the first place, comments included, where a file or folder is named."""
    return _in(code.text, code, target, tree)


def _in(text: str, code: Code, target: str, tree: Tree) -> Mention | None:
    named = _Named(target, code.path, tree)
    for start, spellings in _spelled(text, posixpath.basename(target)):
        if any(named.by(spelling) for spelling in spellings):
            return Mention(code.line(start), spellings[0])
    return _without_suffix(text, code, target) or _stem(text, code, target, named)


def _spelled(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each place where a base name stands as a word of its own, with what may be the path
    written before it.
    """
    at, last = text.find(name), 0
    while at >= 0:
        end = at + len(name)
        before = text[at - 1 : at]
        if not _FOLLOWED.match(text, end) and not (before.isalnum() or before in ("_", "-", ".")):
            least = max(last, at - _LONGEST)
            yield at, [text[_start(text, at, least, signs) : end] for signs in (_NARROW, _WIDE)]
        last, at = end, text.find(name, end)


def _start(text: str, at: int, least: int, signs: frozenset[str]) -> int:
    while at > least and (text[at - 1].isalnum() or text[at - 1] in signs):
        at -= 1
    return at


class _Named(Struct, dict=True):
    """Whether a path, as written in the file `source`, names the target."""

    target: str
    source: str
    tree: Tree

    def by(self, written: str) -> bool:
        """Say so: for the exact path, for its last folders, for a base name of its own, and for a
        neighbour's name.
        """
        folder = posixpath.dirname(self.source)
        if self.target in (written, posixpath.normpath(posixpath.join(folder, written))):
            return True
        parts = [
            part for part in _SEPARATOR.split(written) if part.strip(".") and part[0] not in "$%~"
        ]
        if len(parts) > 1 and f"/{self.target}".endswith("/" + "/".join(parts)):
            return True
        return self.alone or (
            len(parts) == 1 and ".." not in written and folder == posixpath.dirname(self.target)
        )

    @cached_property
    def alone(self) -> bool:
        """Whether no other file of the tree has the target's base name."""
        name = posixpath.basename(self.target)
        found = 0
        for path in self.tree.files():
            found += path == name or path.endswith(f"/{name}")
            if found > 1:
                return False
        return found == 1


def _without_suffix(text: str, code: Code, target: str) -> Mention | None:
    """Return where a quoted path without its suffix stands: in full, or taken in, as by
    `require_relative "../x"`.
    """
    stem = posixpath.splitext(target)[0]
    folder, name = posixpath.split(stem)
    stems = {
        stem,
        posixpath.join(folder, name.removeprefix("_")),
        folder if name in _FOLDER_ITSELF else stem,
    }
    for found in _QUOTED.finditer(text):
        least = max(found.start() - _LONGEST, 0)
        line_start = max(text.rfind("\n", least, found.start()) + 1, least)
        taken_in = _TAKES_IN.search(text, line_start, found.start()) is not None
        if _spells(found["path"], code.path, stems, taken_in):
            return Mention(code.line(found.start()), found["path"])
    return None


def _spells(written: str, source: str, stems: set[str], taken_in: bool) -> bool:
    for path in (written, written.replace(".", "/")):
        if path in stems and "/" in path:
            return True
        relative = posixpath.normpath(posixpath.join(posixpath.dirname(source), path))
        if taken_in and (path in stems or relative in stems):
            return True
        if taken_in and "/" in path and any(f"/{stem}".endswith(f"/{path}") for stem in stems):
            return True
    return False


def _stem(text: str, code: Code, target: str, named: _Named) -> Mention | None:
    """Return where a name that can mean nothing else stands without its suffix: `0014_add` for
    `0014_add.sql`.
    """
    stem = posixpath.splitext(posixpath.basename(target))[0]
    if len(stem) < _TELLING_LENGTH or not re.search(r"\w[_-]\w", stem) or not named.alone:
        return None
    found = re.search(rf"(?<![\w-]){re.escape(stem)}(?![\w-])", text)
    return Mention(code.line(found.start()), stem) if found else None
