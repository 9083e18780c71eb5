"""Follows the imports of a source file to files of the tree: Python, JavaScript and TypeScript, Go,
Rust.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from types import ModuleType

from msgspec import Struct
from msgspec.structs import replace

from forge.check.must_haves.code import grammars
from forge.check.must_haves.code.file import Code
from forge.check.must_haves.imports import go, javascript, python, rust
from forge.check.must_haves.imports.declared import declared
from forge.check.must_haves.imports.model import Files, Import, Place

_BY_LANGUAGE: dict[str, ModuleType] = {
    "python": python,
    "javascript": javascript,
    "typescript": javascript,
    "tsx": javascript,
    "go": go,
    "rust": rust,
}
_DEEPEST = 5
_MOST_FOLLOWED = 300


class Link(Struct, frozen=True):
    """An import that leads to a target: its line, the target, and the files in between that
    re-export the name.
    """

    line: int
    target: str
    through: tuple[str, ...] = ()


def family(path: str) -> str | None:
    """Return the name for the languages that a file's language can import (`javascript` for
    TypeScript as well), None for other files.
    """
    if path.endswith(javascript.SCRIPTED):
        return "javascript"
    language = _BY_LANGUAGE.get(grammars.language_of(path) or "")
    return language.__name__.rpartition(".")[2] if language else None


def statements(code: Code) -> tuple[Import, ...] | None:
    """Return the imports of a file, None if they cannot be read: another language, no grammar, or a
    syntax error.
    """
    language = _language(code.path)
    result: tuple[Import, ...] | None = language.statements(code) if language else None
    return result


def find(code: Code, files: Files) -> Link | None:
    """Return the first import of a file that leads to one of `files.targets`, directly or through
    re-exports.
    """
    pending: deque[tuple[int, Place, tuple[str, ...]]] = deque()
    for item in _once(statements(code) or ()):
        for place in _places(item, code.path, files):
            if place.path in files.targets:
                return Link(item.line, place.path)
            if place.name and place.path != code.path:
                pending.append((item.line, place, (place.path,)))
    words = frozenset(re.findall(r"[^\W\d][\w$]*", code.bare)) if pending else frozenset()
    return _through_re_exports(pending, words, files)


def _once(items: Iterable[Import]) -> Iterator[Import]:
    """Yield the imports without those that differ only by their line."""
    seen: set[Import] = set()
    for item in items:
        plain = replace(item, line=0)
        if plain not in seen:
            seen.add(plain)
            yield item


def _through_re_exports(
    pending: deque[tuple[int, Place, tuple[str, ...]]], words: frozenset[str], files: Files
) -> Link | None:
    """Follow names through the files that re-export them (an index file, an `__init__`), breadth
    first, within limits.
    """
    seen: set[Place] = set()
    while pending and len(seen) < _MOST_FOLLOWED:
        line, at, through = pending.popleft()
        if at in seen or len(through) > _DEEPEST:
            continue
        seen.add(at)
        for place, by_wildcard in _re_exported(at, words, files):
            if place.path in files.targets and (not by_wildcard or _declares(place, words, files)):
                return Link(line, place.path, through)
            if place.name:
                pending.append((line, place, (*through, place.path)))
    return None


def _re_exported(at: Place, words: frozenset[str], files: Files) -> Iterator[tuple[Place, bool]]:
    """Yield the places that a file gets a name from, and whether only by a wildcard."""
    code = files.code(at.path)
    for item in (statements(code) or ()) if code else ():
        by_wildcard = item.local == "*"
        wanted = at.name == "*" and (by_wildcard or item.local in words or item.local == "default")
        if item.public and (by_wildcard or wanted or item.local == at.name):
            asked = replace(item, name=at.name) if by_wildcard else item
            yield from ((place, by_wildcard) for place in _places(asked, at.path, files))


def _declares(place: Place, words: frozenset[str], files: Files) -> bool:
    """Return whether a file that is re-exported as a whole declares the name, or any name that the
    source uses.
    """
    code = files.code(place.path)
    names = declared(code) if code else set()
    return not names.isdisjoint(words) if place.name == "*" else place.name in names


def _language(path: str) -> ModuleType | None:
    name = family(path)
    return _BY_LANGUAGE[name] if name else None


def _places(item: Import, path: str, files: Files) -> list[Place]:
    language = _language(path)
    result: list[Place] = language.places(item, path, files) if language else []
    return result
