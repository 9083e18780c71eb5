"""What the languages share: a name that a source file defines, and the nodes of syntax trees that
hold such names.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from forge.check.must_haves.code.grammars import line_of, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

DEEPEST = 12


class Symbol(Struct, frozen=True):
    """A name at module level, or of a member of one (`Foo.bar`), and whether other files can use
    it.

    The name `*` stands for everything that the module `source` gives away, passed on, and `Foo.*`
    for what `Foo` takes from the type `source`. `how` says what kind of export it is.
    """

    name: str
    line: int
    public: bool = True
    how: str = "definition"
    source: str = ""


def named(
    node: Node | None, prefix: str = "", *, public: bool = True, how: str = "definition"
) -> Iterator[Symbol]:
    """Yield the symbol that a node's text is the name of, none where there is no node."""
    if node is not None and (text := text_of(node)):
        yield Symbol(prefix + text, line_of(node), public, how)


def child_of(node: Node, *kinds: str) -> Node | None:
    """Return the first child of the given kinds, None where there is none."""
    return next((child for child in node.children if child.type in kinds), None)
