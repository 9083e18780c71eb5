"""Reads what a Go file defines: names, methods, fields and interface methods of its types."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from forge.check.must_haves.code.grammars import line_of, text_of, walk
from forge.check.must_haves.exports.model import Symbol, named

if TYPE_CHECKING:
    from tree_sitter import Node

_LISTS = ("type_declaration", "const_declaration", "var_declaration", "var_spec_list")


def symbols(root: Node) -> Iterator[Symbol]:
    """Yield the names at package level and their members, prefixed with the package's name; a
    capital makes a name public.

    A method counts whatever the case of its type's name: it can be called through interfaces.
    """
    clause = next((node for node in root.named_children if node.type == "package_clause"), None)
    package = (
        f"{text_of(clause.named_children[0])}."
        if clause is not None and clause.named_children
        else ""
    )
    for node in root.named_children:
        for symbol in _declared(node):
            public = symbol.name.rpartition(".")[2][:1].isupper()
            yield Symbol(package + symbol.name, symbol.line, public, symbol.how)


def _declared(node: Node) -> Iterator[Symbol]:
    if node.type == "function_declaration":
        yield from named(node.child_by_field_name("name"))
    elif node.type == "method_declaration":
        receiver = _receiver(node.child_by_field_name("receiver"))
        yield from named(
            node.child_by_field_name("name"), f"{receiver}." if receiver else "", how="member"
        )
    elif node.type in _LISTS:
        for child in node.named_children:
            yield from _declared(child)
    elif node.type in ("const_spec", "var_spec"):
        for name in node.children_by_field_name("name"):
            yield from named(name)
    elif node.type in ("type_spec", "type_alias"):
        yield from _type(node)


def _receiver(node: Node | None) -> str:
    """Return the type of a method's receiver, without pointer and type arguments."""
    return (
        next((text_of(part) for part in walk(node) if part.type == "type_identifier"), "")
        if node
        else ""
    )


def _type(node: Node) -> Iterator[Symbol]:
    name, body = node.child_by_field_name("name"), node.child_by_field_name("type")
    yield from named(name)
    members = (
        body.named_children
        if body is not None and body.type in ("struct_type", "interface_type")
        else []
    )
    for group in members:
        for member in [group] if group.type == "method_elem" else group.named_children:
            for field in member.children_by_field_name("name"):
                yield Symbol(f"{text_of(name)}.{text_of(field)}", line_of(field), how="member")
