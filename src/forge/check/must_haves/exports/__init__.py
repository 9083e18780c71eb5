"""Whether a file exports a name: by its syntax tree where a grammar is at hand, else by a whole
word, labelled `text`.
"""

from __future__ import annotations

import posixpath
import re
from collections import deque
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

from forge.check.must_haves.code import grammars
from forge.check.must_haves.code.file import Code, python_tree
from forge.check.must_haves.code.lexicons import lexicon_of
from forge.check.must_haves.exports import classes, go, javascript, python, ruby, rust
from forge.check.must_haves.exports.model import Symbol
from forge.check.must_haves.exports.names import Wanted, wanted
from forge.check.must_haves.imports import javascript as javascript_imports
from forge.check.must_haves.imports import python as python_imports
from forge.check.must_haves.imports import rust as rust_imports
from forge.check.must_haves.imports.model import Files, Import, Place
from forge.check.must_haves.outcome import Outcome
from forge.check.must_haves.verdict import Evidence

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["Wanted", "find", "wanted"]

_READERS: dict[str, Callable[[Node], Iterator[Symbol]]] = {
    "rust": rust.symbols,
    "go": go.symbols,
    "java": classes.java,
    "csharp": classes.csharp,
    "php": classes.php,
    "ruby": ruby.symbols,
}
_SCRIPTS = frozenset(("javascript", "typescript", "tsx"))
_PLACES: dict[str, Callable[[Import, str, Files], list[Place]]] = {
    **dict.fromkeys(_SCRIPTS, javascript_imports.places),
    "python": python_imports.places,
    "rust": rust_imports.places,
}
_COMPONENTS = (".vue", ".svelte", ".astro")
_AMBIENT = (".d.ts", ".d.mts", ".d.cts")
_PACKAGES = ("__init__.py", "__init__.pyi")
_MOST_FOLLOWED = 100
_KINDS = {
    "re-export": "re-export",
    "member": "public member",
    "default export": "default export",
    "base": "inherited member",
}


class _Outline(Struct, frozen=True):
    """The symbols of a file by their last name, and the line of its first syntax error."""

    symbols: dict[str, list[Symbol]]
    broken: int | None = None

    def best(self, parts: tuple[str, ...]) -> Symbol | None:
        """Return the symbol that a name means: a public one before others, the outermost first."""
        full = ".".join(parts)
        found = [
            s
            for s in self.symbols.get(parts[-1], ())
            if s.name == full or s.name.endswith(f".{full}")
        ]
        return min(found, key=lambda s: (not s.public, s.name.count("."), s.line), default=None)

    def first(self) -> Symbol | None:
        """Return the first public symbol."""
        public = [
            s for group in self.symbols.values() for s in group if s.public and s.how != "base"
        ]
        return min(public, key=lambda s: s.line, default=None)


def find(code: Code, name: Wanted, files: Files) -> Outcome:
    """Say whether a file exports a name. `files` are those among which `export * from "./x"` is
    followed.
    """
    if (
        not name.guessed and lexicon_of(code.path) is None and name.text in code.text
    ):  # not source code
        return Outcome(
            "pass",
            "",
            (Evidence(code.path, code.line(code.text.index(name.text)), "export (text)"),),
        )
    if not name.names:
        return Outcome(
            "unproven", f"`{name.text}` is not the name of an export, so it cannot be looked for"
        )
    if len(code.text) > grammars.MOST_BYTES:
        return Outcome("unproven", "it is too large to be read as source code")
    outline = _outline(code.path, code.text)
    found = _in_text(code, name) if outline is None else _in_tree(code, outline, name, files)
    if found.verdict == "fail" and name.guessed:
        return Outcome("unproven", f"`{name.text}` is prose; {found.reason}")
    return found


def _in_tree(code: Code, outline: _Outline, name: Wanted, files: Files) -> Outcome:
    symbols = [symbol for parts in name.names if (symbol := _meant(outline, parts, code.path))]
    public = next((symbol for symbol in symbols if symbol.public), None)
    if public is not None:
        return Outcome("pass", "", (_evidence(code.path, public),))
    followed, gaps = _passed_on(code, outline, name, files)
    if followed:
        return Outcome("pass", "", followed)
    if symbols:
        return Outcome("fail", f"`{name.text}`, defined in line {symbols[0].line}, is not public")
    word = _word_line(code.bare, name.names[-1][-1])
    if gaps:
        return Outcome(
            "unproven", f"`{name.text}` may come from {gaps[0]}, which cannot be looked into here"
        )
    if outline.broken and word:
        place = f"the file does not parse (line {outline.broken})"
        return Outcome("unproven", f"`{name.text}` occurs in line {word}, but {place}")
    occurs = (
        f"; it occurs in line {word}, but not as an export or public definition" if word else ""
    )
    return Outcome("fail", f"`{name.text}` is not exported{occurs}")


def _meant(outline: _Outline, parts: tuple[str, ...], path: str) -> Symbol | None:
    """Return the symbol that a name means; a module's or package's own name may stand in front."""
    if parts == ("*",):
        return outline.first()
    bare = tuple(part.lstrip("$@#") or part for part in parts)
    found = outline.best(parts) or outline.best(bare)
    if found is None and len(parts) > 1 and parts[0].lower() in _own_names(path):
        return outline.best(parts[1:])
    return found


def _own_names(path: str) -> set[str]:
    """Return what a plan may call the module itself: its file's name, its folder's."""
    names = (
        posixpath.basename(path).partition(".")[0],
        posixpath.basename(posixpath.dirname(path)),
        "self",
        "module",
    )
    return {name.lower() for name in names}


def _evidence(path: str, symbol: Symbol) -> Evidence:
    return Evidence(path, symbol.line, f"{_KINDS.get(symbol.how, 'export')} (syntax tree)")


def _passed_on(
    code: Code, outline: _Outline, name: Wanted, files: Files
) -> tuple[tuple[Evidence, ...], list[str]]:
    """Look for a name in the modules that a file gives on as a whole and in the types that its
    types extend, and in theirs.

    Returns the evidence (empty where it is not found), and the modules that could not be looked
    into.
    """
    gaps: list[str] = []
    seen: set[tuple[str, str]] = set()
    pending = deque(
        (star, code.path, star, parts) for parts in name.names for star in _stars(outline, parts)
    )
    while pending and len(seen) < _MOST_FOLLOWED:
        star, path, origin, parts = pending.popleft()
        if (path, star.name + star.source) in seen:
            continue
        seen.add((path, star.name + star.source))
        places = _sources(star, path, files)
        if not places and (star.how != "base" or len(parts) > 1):
            gaps.append(f"`{star.source}` (line {origin.line})")
        asked = (star.source, parts[-1]) if star.how == "base" else parts
        for place in places:
            there = files.code(place)
            inside = _outline(place, there.text) if there else None
            symbol = inside.best(asked) if inside else None
            if symbol and symbol.public:
                return (_evidence(code.path, origin), _evidence(place, symbol)), gaps
            if inside is None:
                gaps.append(f"`{place}`")
            else:
                pending.extend((further, place, origin, asked) for further in _stars(inside, asked))
    return (), gaps


def _stars(outline: _Outline, parts: tuple[str, ...]) -> list[Symbol]:
    """Return where a file gives on what it does not itself define: whole modules, and the bases of
    the types asked for.
    """
    stars = [star for star in outline.symbols.get("*", ()) if star.public]
    if parts == ("default",):
        return []
    return [
        star
        for star in stars
        if star.how != "base" or len(parts) == 1 or star.name.split(".")[-2] == parts[-2]
    ]


def _sources(star: Symbol, path: str, files: Files) -> list[str]:
    """Return the files that a star leads to; a base type is looked for in a file of its name, in
    the same folder first.
    """
    if star.how != "base":
        find_places = _PLACES.get(grammars.language_of(path) or "")
        return (
            [place.path for place in find_places(Import(star.line, star.source, "*"), path, files)]
            if find_places
            else []
        )
    named = files.named(star.source + posixpath.splitext(path)[1])
    beside = [file for file in named if posixpath.dirname(file) == posixpath.dirname(path)]
    return beside or (named if len(named) == 1 else [])


@lru_cache(maxsize=32)
def _outline(path: str, text: str) -> _Outline | None:
    """Return the symbols of a file, None where no syntax tree of it is to be had."""
    language = grammars.language_of(path)
    if language == "python":
        module = python_tree(text)
        return (
            None
            if module is None
            else _indexed(python.symbols(module, package=path.endswith(_PACKAGES)))
        )
    tree = grammars.parse(language, text.encode("utf-8", "replace")) if language else None
    if tree is None or language is None:
        return None
    root = tree.root_node
    found = (
        javascript.symbols(root, ambient=path.endswith(_AMBIENT))
        if language in _SCRIPTS
        else _READERS[language](root)
    )
    return _indexed(found, _first_error(root) if root.has_error else None)


def _indexed(symbols: Iterator[Symbol], broken: int | None = None) -> _Outline:
    index: dict[str, list[Symbol]] = {}
    for symbol in symbols:
        index.setdefault(symbol.name.rpartition(".")[2], []).append(symbol)
    return _Outline(index, broken)


def _first_error(root: Node) -> int:
    """Return the line of the first syntax error of a tree that has one."""
    node: Node | None = root
    line = grammars.line_of(root)
    while node is not None:
        line = grammars.line_of(node)
        node = next((child for child in node.children if child.has_error), None)
    return line


def _in_text(code: Code, name: Wanted) -> Outcome:
    """Look for a name as a whole word outside comments and strings, as far as those are known."""
    own = _own_names(code.path)
    if code.path.endswith(_COMPONENTS) and name.names[0][-1].lower() in {"default", *own}:
        return Outcome("pass", "", (Evidence(code.path, None, "component file"),))
    for parts in name.names:
        if grammars.language_of(code.path) == "python":
            return _in_broken_python(code, name, parts[-1])
        lines = [_word_line(code.bare, part) for part in parts[:-1] if part.lower() not in own]
        lines.append(_word_line(code.bare, parts[-1]))
        if all(lines) and parts != ("*",):
            return Outcome("pass", "", (Evidence(code.path, lines[-1], "export (text)"),))
    return Outcome("fail", f"`{name.text}` does not occur outside comments and strings")


def _in_broken_python(code: Code, name: Wanted, word: str) -> Outcome:
    shape = rf"^(?:(?:async[ \t]+)?def|class)[ \t]+{re.escape(word)}\b|^{re.escape(word)}[ \t]*[:=]"
    found = re.compile(shape, re.M).search(code.bare)
    if found and not word.startswith("_"):
        return Outcome(
            "pass", "", (Evidence(code.path, code.line(found.start()), "export (text)"),)
        )
    return Outcome(
        "unproven",
        f"the file does not parse as Python, so `{name.text}` cannot be told for an export",
    )


def _word_line(text: str, word: str) -> int | None:
    """Return the first line, from 1, that a whole word stands in."""
    found = re.search(rf"(?<![\w$]){re.escape(word)}(?![\w$])", text)
    return text.count("\n", 0, found.start()) + 1 if found else None
