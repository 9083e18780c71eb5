"""The outline of a source file: what it defines and exports, by its syntax tree."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

from forge.check.must_haves.code import grammars
from forge.check.must_haves.code.file import python_tree
from forge.check.must_haves.exports import classes, go, javascript, python, ruby, rust
from forge.check.must_haves.exports.model import Symbol

if TYPE_CHECKING:
    from tree_sitter import Node

SCRIPTS = frozenset(("javascript", "typescript", "tsx"))
_READERS: dict[str, Callable[[Node], Iterator[Symbol]]] = {
    "rust": rust.symbols,
    "go": go.symbols,
    "java": classes.java,
    "csharp": classes.csharp,
    "php": classes.php,
    "ruby": ruby.symbols,
}
_AMBIENT = (".d.ts", ".d.mts", ".d.cts")
_PACKAGES = ("__init__.py", "__init__.pyi")


class Outline(Struct, frozen=True):
    """The symbols of a file by their last name, and the line of its first syntax error."""

    symbols: dict[str, list[Symbol]]
    broken: int | None = None

    def best(self, parts: tuple[str, ...]) -> Symbol | None:
        """Return the symbol that a name means: a public one before others, the outermost first."""
        full = ".".join(parts)
        symbols = [
            symbol
            for symbol in self.symbols.get(parts[-1], ())
            if symbol.name == full or symbol.name.endswith(f".{full}")
        ]
        return min(symbols, key=_preference, default=None)

    def first(self) -> Symbol | None:
        """Return the first public symbol."""
        public = [
            symbol
            for group in self.symbols.values()
            for symbol in group
            if symbol.public and symbol.how != "base"
        ]
        return min(public, key=lambda symbol: symbol.line, default=None)


def _preference(symbol: Symbol) -> tuple[bool, int, int]:
    return not symbol.public, symbol.name.count("."), symbol.line


@lru_cache(maxsize=32)
def outline_of(path: str, text: str) -> Outline | None:
    """Return the symbols of a file, None if it cannot be parsed."""
    language = grammars.language_of(path)
    if language == "python":
        module = python_tree(text)
        if module is None:
            return None
        return _indexed(python.symbols(module, package=path.endswith(_PACKAGES)))
    tree = grammars.parse(language, text.encode("utf-8", "replace")) if language else None
    if tree is None or language is None:
        return None
    root = tree.root_node
    if language in SCRIPTS:
        symbols = javascript.symbols(root, ambient=path.endswith(_AMBIENT))
    else:
        symbols = _READERS[language](root)
    return _indexed(symbols, _first_error(root) if root.has_error else None)


def _indexed(symbols: Iterator[Symbol], broken: int | None = None) -> Outline:
    index: dict[str, list[Symbol]] = {}
    for symbol in symbols:
        index.setdefault(symbol.name.rpartition(".")[2], []).append(symbol)
    return Outline(index, broken)


def _first_error(root: Node) -> int:
    """Return the line of the first syntax error of a tree that has one."""
    node: Node | None = root
    line = grammars.line_of(root)
    while node is not None:
        line = grammars.line_of(node)
        node = next((child for child in node.children if child.has_error), None)
    return line
