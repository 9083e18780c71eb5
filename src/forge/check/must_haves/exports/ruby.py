"""Reads what a Ruby file defines: modules, classes, constants, methods and attributes, with their
visibility.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from forge.check.must_haves.code.grammars import line_of, text_of
from forge.check.must_haves.exports.model import DEEPEST, Symbol, child_of

if TYPE_CHECKING:
    from tree_sitter import Node

_VISIBILITIES = {"public": True, "module_function": True, "private": False, "protected": False}
_HIDING = {"private", "protected", "private_class_method", "private_constant"}
_NAMING = {
    "attr_accessor",
    "attr_reader",
    "attr_writer",
    "alias_method",
    "define_method",
    "delegate",
    "scope",
    "attribute",
}
_ONLY_FIRST = {"alias_method", "define_method", "scope", "attribute"}
_AROUND = {"if", "unless", "begin", "then", "else", "if_modifier", "unless_modifier", "begin_block"}


def symbols(root: Node) -> Iterator[Symbol]:
    """Yield what a file defines; methods after `private` or `protected`, or listed by it, are not
    public.
    """
    return iter(_Body("", public=True, depth=0).read(root))


class _Body:
    """The body of a class or module while it is read; a visibility applies from its statement to
    the end.
    """

    def __init__(self, prefix: str, *, public: bool, depth: int) -> None:
        self.prefix = prefix
        self.public = public
        self.depth = depth
        self.visible = True
        self.hidden: set[str] = set()

    def read(self, body: Node) -> list[Symbol]:
        """Return the symbols of the body."""
        symbols = list(self.statements(body))
        return [
            Symbol(
                symbol.name, symbol.line, symbol.public and not self.hides(symbol.name), symbol.how
            )
            for symbol in symbols
        ]

    def hides(self, name: str) -> bool:
        """Return whether a statement of this body made one of its names private."""
        return (
            name.startswith(self.prefix)
            and name[len(self.prefix) :].partition(".")[0] in self.hidden
        )

    def statements(self, body: Node) -> Iterator[Symbol]:
        """Yield the symbols of the statements of a body, one after another."""
        for node in body.named_children:
            if node.type in ("class", "module", "singleton_class"):
                yield from self.inside(node)
            elif node.type in ("method", "singleton_method"):
                yield from self.method(node)
            elif node.type == "assignment":
                yield from self.assigned(node)
            elif node.type == "alias":
                yield from self.symbol(node.child_by_field_name("name"))
            elif node.type == "identifier" and text_of(node) in _VISIBILITIES:
                self.visible = _VISIBILITIES[text_of(node)]
            elif node.type == "call":
                yield from self.call(node)
            elif node.type in _AROUND and self.depth < DEEPEST:
                self.depth += 1
                yield from self.statements(node)
                self.depth -= 1

    def symbol(self, node: Node | None, *, visible: bool = True) -> Iterator[Symbol]:
        """Yield the symbol of a name in this body."""
        if node is not None:
            text = text_of(node).lstrip(":").rstrip("=")
            how = "member" if self.prefix else "definition"
            yield Symbol(self.prefix + text, line_of(node), self.public and visible, how)

    def method(self, node: Node) -> Iterator[Symbol]:
        """Yield a method; a method of the module itself is always public."""
        own = node.type == "singleton_method"
        yield from self.symbol(node.child_by_field_name("name"), visible=own or self.visible)

    def inside(self, node: Node) -> Iterator[Symbol]:
        """Yield a class or module and its content."""
        name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        yield from self.symbol(name)
        prefix = (
            self.prefix if name is None else f"{self.prefix}{text_of(name).replace('::', '.')}."
        )
        if body is not None and self.depth < DEEPEST:
            yield from _Body(prefix, public=self.public, depth=self.depth + 1).read(body)

    def assigned(self, node: Node) -> Iterator[Symbol]:
        """Yield a constant, and its members if it is made by `Struct.new` or `Class.new` with a
        block.
        """
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or left.type != "constant":
            return
        yield from self.symbol(left)
        if right is None or right.type != "call" or self.depth >= DEEPEST:
            return
        prefix = f"{self.prefix}{text_of(left)}."
        for name in _symbols(right):
            yield Symbol(prefix + text_of(name).lstrip(":"), line_of(name), self.public, "member")
        block = right.child_by_field_name("block")
        body = block.child_by_field_name("body") if block else None
        if body is not None:
            yield from _Body(prefix, public=self.public, depth=self.depth + 1).read(body)

    def call(self, node: Node) -> Iterator[Symbol]:
        """Handle a call that defines or hides names: `attr_reader :a`, `private :b`, `private def
        c`.
        """
        called = text_of(node.child_by_field_name("method"))
        if called in _NAMING:
            names = _symbols(node)
            for name in names[:1] if called in _ONLY_FIRST else names:
                yield from self.symbol(name, visible=self.visible)
        elif called in _HIDING or called in _VISIBILITIES:
            if called in _HIDING:
                self.hidden |= {text_of(name).lstrip(":") for name in _symbols(node)}
            arguments = node.child_by_field_name("arguments")
            method = child_of(arguments, "method", "singleton_method") if arguments else None
            if method is not None:
                yield from self.symbol(
                    method.child_by_field_name("name"), visible=called not in _HIDING
                )


def _symbols(call: Node) -> list[Node]:
    """Return the symbols and strings among the arguments of a call, without quotes."""
    arguments = call.child_by_field_name("arguments")
    children = arguments.named_children if arguments else []
    names = [child for child in children if child.type in ("simple_symbol", "string")]
    return [(child_of(name, "string_content") or name) for name in names]
