"""A source file of the tree: its text, the text without comments, and without strings."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from functools import cached_property, lru_cache

from msgspec import Struct

from forge.check.must_haves.code.masking import masked
from forge.git.objects.tree import Tree, Unreadable
from forge.text.source import Source

_MOST_PARSED = 2 << 20
_NOT_UTF8 = re.compile("[\ud800-\udfff]")
_ENDLESS_NAME = re.compile(
    r"(?:\b(?:import|from)\b|,)[.\s\\]*\w+(?:[ \t\\\n]*\.[ \t\\\n]*\w+){500}"
)
_INSTRUCTED = (".go", ".ts", ".tsx", ".mts", ".cts", ".js")
_INSTRUCTION = re.compile(r"^//go:\w.*$|^///[ \t]*<reference[ \t].*$", re.M)
_WHY_NOT = {
    "absent": "is not there",
    "folder": "is a folder",
    "special": "is not a regular file",
    "outside": "leads out of the repository",
    "missing": "has no git object here",
    "submodule": "is in a submodule, whose files are not in this repository",
    "unreadable": "cannot be read",
}


class Code(Struct, frozen=True, dict=True):
    """A text file. Offsets are the same in all three texts. Line ends are LF, bytes that do not
    decode are `\\ufffd`.
    """

    path: str
    text: str

    @cached_property
    def code(self) -> str:
        """The text with comments and Python docstrings as blanks; the text itself for an unknown
        language.

        A comment that is an instruction (`//go:embed`, `/// <reference path=…>`) stays.
        """
        code = masked(self.path, self.text, strings=False)
        if code is None:
            return self.text
        if self.path.endswith((".py", ".pyi")):
            return _without(code, _docstrings(self.text))
        return _with_instructions(code, self.text) if self.path.endswith(_INSTRUCTED) else code

    @cached_property
    def bare(self) -> str:
        """The text with comments and the contents of strings as blanks; the text itself for an
        unknown language.
        """
        bare = masked(self.path, self.text)
        return self.text if bare is None else bare

    def line(self, offset: int) -> int:
        """Return the line, from 1, of an offset."""
        return self.text.count("\n", 0, offset) + 1


def read(tree: Tree, path: str, limit: int) -> Code | str:
    """Return a file of the tree as text, or in words why it cannot be read; `limit` is in bytes."""
    entry = tree.entry(path)
    if entry.kind != "file":
        return f"`{path}` {_WHY_NOT[entry.kind]}"
    if entry.size > limit:
        return f"`{path}` is too large to read: {entry.size} bytes, the limit is {limit}"
    try:
        source = Source.of(path, tree.read(path))
    except Unreadable as error:
        return f"`{path}` cannot be read: {error}"
    if "\0" in source.text:
        return f"`{path}` is not text: it contains NUL bytes"
    return Code(path, as_lines(source.text))


def as_lines(text: str) -> str:
    """Return a text with LF line ends, and with U+FFFD for what is not UTF-8."""
    return _NOT_UTF8.sub("\ufffd", text).replace("\r\n", "\n").replace("\r", "\n")


@lru_cache(maxsize=16)
def python_tree(text: str) -> ast.Module | None:
    """Return the syntax tree of Python source, None if it does not parse or is too large.

    An import of a name with hundreds of dots counts as too large: the parser's time grows with the
    square of their number.
    """
    if len(text) > _MOST_PARSED or _ENDLESS_NAME.search(text):
        return None
    try:
        with warnings.catch_warnings(action="ignore"):  # warnings about the file are not forge's
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _docstrings(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each string that is a statement: it documents and does nothing."""
    tree = python_tree(text)
    if tree is None:
        return
    starts, at = [0], text.find("\n")
    while at >= 0:
        starts.append(at + 1)
        at = text.find("\n", at + 1)

    def offset(line: int, column: int) -> int:
        start = starts[line - 1]
        return start + len(text[start : start + column].encode()[:column].decode("utf-8", "ignore"))

    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            yield (
                offset(node.lineno, node.col_offset),
                offset(node.end_lineno or node.lineno, node.end_col_offset or 0),
            )


def _with_instructions(text: str, original: str) -> str:
    parts, at = [], 0
    for kept in _INSTRUCTION.finditer(original):
        parts += [text[at : kept.start()], kept[0]]
        at = kept.end()
    return "".join([*parts, text[at:]])


def _without(text: str, spans: Iterator[tuple[int, int]]) -> str:
    parts, at = [], 0
    for start, end in sorted(spans):
        parts += [
            text[at:start],
            "\n".join(" " * len(line) for line in text[start:end].split("\n")),
        ]
        at = max(at, end)
    return "".join([*parts, text[at:]])
