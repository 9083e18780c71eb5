"""The symbol that a source file defines, and helpers for syntax nodes, for all languages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from forge.check.must_haves.code.grammars import line_of, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

DEEPEST = 12


class Symbol(Struct, frozen=True):
    """A name at module level, or of a member (`Foo.bar`), and whether other files can use it.

    The name `*` means a re-export of everything in the module `source`, `Foo.*` all members that
    `Foo` inherits from the type `source`. `how` is the kind of export.
    """

    name: str
    line: int
    public: bool = True
    how: str = "definition"
    source: str = ""


def named(
    node: Node | None, prefix: str = "", *, public: bool = True, how: str = "definition"
) -> Iterator[Symbol]:
    """Yield the symbol whose name is a node's text; nothing for None."""
    if node is not None and (text := text_of(node)):
        yield Symbol(prefix + text, line_of(node), public, how)


def child_of(node: Node, *kinds: str) -> Node | None:
    """Return the first child of the given kinds, None if it has none."""
    return next((child for child in node.children if child.type in kinds), None)
