"""Follows re-exports and base types to the files that define a name."""

from __future__ import annotations

import posixpath
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from forge.check.must_haves.code import grammars
from forge.check.must_haves.code.file import Code
from forge.check.must_haves.exports.model import Symbol
from forge.check.must_haves.exports.names import Wanted
from forge.check.must_haves.exports.outline import SCRIPTS, Outline, outline_of
from forge.check.must_haves.imports import javascript as javascript_imports
from forge.check.must_haves.imports import python as python_imports
from forge.check.must_haves.imports import rust as rust_imports
from forge.check.must_haves.imports.model import Files, Import, Place
from forge.check.must_haves.verdict import Evidence

_PLACES: dict[str, Callable[[Import, str, Files], list[Place]]] = {
    **dict.fromkeys(SCRIPTS, javascript_imports.places),
    "python": python_imports.places,
    "rust": rust_imports.places,
}
_MOST_FOLLOWED = 100
_KINDS = {
    "re-export": "re-export",
    "member": "public member",
    "default export": "default export",
    "base": "inherited member",
}


def evidence(path: str, symbol: Symbol) -> Evidence:
    """Return the evidence that a file exports a symbol."""
    return Evidence(path, symbol.line, f"{_KINDS.get(symbol.how, 'export')} (syntax tree)")


def find_elsewhere(
    code: Code, own: Outline, name: Wanted, files: Files
) -> tuple[tuple[Evidence, ...], list[str]]:
    """Search for a name in the modules that a file re-exports as a whole, in the types that its
    types extend, and in theirs.

    Returns the evidence (empty if the name is not found), and the modules that could not be read.
    """
    search = _Search(code.path, files)
    for parts in name.names:
        search.add(own, code.path, parts)
    return search.run(), search.gaps


class _Star(NamedTuple):
    """A place that may define a name: a symbol `*`, the file that contains it, the symbol of the
    first file that led to it, and the parts of the name.
    """

    symbol: Symbol
    path: str
    origin: Symbol
    parts: tuple[str, ...]


class _Search:
    """A breadth-first search through re-exports and base types."""

    def __init__(self, path: str, files: Files) -> None:
        self.path = path
        self.files = files
        self.gaps: list[str] = []
        self.seen: set[tuple[str, str]] = set()
        self.pending: deque[_Star] = deque()

    def add(
        self, own: Outline, path: str, parts: tuple[str, ...], origin: Symbol | None = None
    ) -> None:
        for symbol in _stars(own, parts):
            self.pending.append(_Star(symbol, path, origin or symbol, parts))

    def run(self) -> tuple[Evidence, ...]:
        while self.pending and len(self.seen) < _MOST_FOLLOWED:
            star = self.pending.popleft()
            key = (star.path, star.symbol.name + star.symbol.source)
            if key not in self.seen:
                self.seen.add(key)
                if evidence := self.follow(star):
                    return evidence
        return ()

    def follow(self, star: _Star) -> tuple[Evidence, ...]:
        """Return the evidence if a file that a star leads to has the name; otherwise add what that
        file leads to.
        """
        symbol, parts = star.symbol, star.parts
        paths = _sources(symbol, star.path, self.files)
        if not paths and (symbol.how != "base" or len(parts) > 1):
            self.gaps.append(f"`{symbol.source}` (line {star.origin.line})")
        wanted = (symbol.source, parts[-1]) if symbol.how == "base" else parts
        for path in paths:
            code = self.files.code(path)
            inside = outline_of(path, code.text) if code else None
            defined = inside.best(wanted) if inside else None
            if defined and defined.public:
                return evidence(self.path, star.origin), evidence(path, defined)
            if inside is None:
                self.gaps.append(f"`{path}`")
            else:
                self.add(inside, path, wanted, star.origin)
        return ()


def _stars(own: Outline, parts: tuple[str, ...]) -> list[Symbol]:
    """Return the symbols `*` that may provide a name: re-exported modules, and bases of types."""
    stars = [star for star in own.symbols.get("*", ()) if star.public]
    if parts == ("default",):
        return []
    return [
        star
        for star in stars
        if star.how != "base" or len(parts) == 1 or star.name.split(".")[-2] == parts[-2]
    ]


def _sources(star: Symbol, path: str, files: Files) -> list[str]:
    """Return the files that a star leads to. A base type is expected in a file of its name, in the
    same folder first.
    """
    if star.how != "base":
        places = _PLACES.get(grammars.language_of(path) or "")
        if places is None:
            return []
        return [place.path for place in places(Import(star.line, star.source, "*"), path, files)]
    named = files.named(star.source + posixpath.splitext(path)[1])
    beside = [file for file in named if posixpath.dirname(file) == posixpath.dirname(path)]
    return beside or (named if len(named) == 1 else [])
