"""Parses source code with tree-sitter. The only module that loads tree_sitter and its grammars.

A grammar is loaded when a file of its language is first parsed. Python has no grammar here: `ast`
parses it.
"""

from __future__ import annotations

import posixpath
import re
import resource
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node, Parser, Tree

MOST_BYTES = 2 << 20
_MOST_SECONDS = 5.0
_MOST_MEMORY = 512 << 20
_CHUNK = 1 << 16
_DEEPEST = 2000
_NESTING = re.compile(rb"[][(){}<>;]")

_LANGUAGES = {
    ".py": "python",
    ".pyi": "python",
    ".js": "javascript",
    ".jsx": "javascript",
    ".mjs": "javascript",
    ".cjs": "javascript",
    ".ts": "typescript",
    ".mts": "typescript",
    ".cts": "typescript",
    ".tsx": "tsx",
    ".rs": "rust",
    ".go": "go",
    ".java": "java",
    ".cs": "csharp",
    ".php": "php",
    ".rb": "ruby",
}

_GRAMMARS = {
    "javascript": ("tree_sitter_javascript", "language"),
    "typescript": ("tree_sitter_typescript", "language_typescript"),
    "tsx": ("tree_sitter_typescript", "language_tsx"),
    "rust": ("tree_sitter_rust", "language"),
    "go": ("tree_sitter_go", "language"),
    "java": ("tree_sitter_java", "language"),
    "csharp": ("tree_sitter_c_sharp", "language"),
    "php": ("tree_sitter_php", "language_php"),
    "ruby": ("tree_sitter_ruby", "language"),
}


def language_of(path: str) -> str | None:
    """Return the language of a file by its extension (`python`, `tsx`, …), None for a language that
    is not parsed.
    """
    return _LANGUAGES.get(posixpath.splitext(path)[1].lower())


@cache
def _parser(language: str) -> Parser | None:
    package, function = _GRAMMARS.get(language, ("", ""))
    try:
        tree_sitter = import_module("tree_sitter")
        grammar = getattr(import_module(package), function)
        parser: Parser = tree_sitter.Parser(tree_sitter.Language(grammar()))
    except (ImportError, AttributeError, ValueError):
        return None
    return parser


def parse(language: str, source: bytes) -> Tree | None:
    """Return the syntax tree of UTF-8 source; errors in the source are error nodes in the tree.

    None if no grammar of the language is installed, if the source is larger than MOST_BYTES, or if
    parsing takes too much time or memory, as hostile text does in several grammars.
    """
    parser = _parser(language)
    if parser is None or len(source) > MOST_BYTES or _nests_too_deep(source):
        return None
    try:
        return parser.parse(
            lambda offset, _: source[offset : offset + _CHUNK], progress_callback=_budget()
        )
    except ValueError:  # raised if the callback stops the parser
        parser.reset()
        return None


def _nests_too_deep(source: bytes) -> bool:
    """Return whether many brackets are left open: after an error, the parsers' time grows with the
    square of their number.
    """
    brackets = angles = 0
    for match in _NESTING.finditer(source):
        sign = match[0]
        if sign in b"([{":
            brackets += 1
        elif sign in b")]}":
            brackets = max(brackets - 1, 0)
        angles = {b"<": angles + 1, b">": max(angles - 1, 0), b";": 0, b"{": 0}.get(sign, angles)
        if brackets > _DEEPEST or angles > _DEEPEST:
            return True
    return False


def _budget() -> Callable[[int, bool], bool]:
    """Return a function that returns True once the parser has used too much time or memory."""
    deadline, most = time.process_time() + _MOST_SECONDS, _peak_memory() + _MOST_MEMORY

    def spent(_offset: int, _has_error: bool) -> bool:
        return time.process_time() > deadline or _peak_memory() > most

    return spent


def _peak_memory() -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak << 10


def text_of(node: Node | None) -> str:
    """Return the source text of a node, empty for None."""
    return (node.text or b"").decode("utf-8", "replace") if node else ""


def line_of(node: Node) -> int:
    """Return the line, from 1, on which a node starts."""
    return node.start_point.row + 1


def walk(root: Node) -> Iterator[Node]:
    """Yield a node and all nodes below it in source order, without recursion."""
    cursor = root.walk()
    while True:
        if cursor.node is not None:
            yield cursor.node
        if cursor.goto_first_child() or cursor.goto_next_sibling():
            continue
        while cursor.goto_parent():
            if cursor.goto_next_sibling():
                break
        else:
            return
