"""Reads what Java, C# and PHP files define: types and members with their modifiers, and PHP's
functions and constants.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from forge.check.must_haves.code.grammars import line_of, text_of, walk
from forge.check.must_haves.exports.model import DEEPEST, Symbol, child_of, named

if TYPE_CHECKING:
    from tree_sitter import Node

_NAMED = ("class", "interface", "record", "enum", "struct", "trait", "delegate", "annotation_type")
_TYPES = frozenset(f"{kind}_declaration" for kind in _NAMED)
_MEMBERS = frozenset(
    (
        "method_declaration",
        "field_declaration",
        "constant_declaration",
        "enum_constant",
        "annotation_type_element_declaration",
        "property_declaration",
        "event_field_declaration",
        "event_declaration",
        "enum_member_declaration",
        "enum_case",
        "const_declaration",
        "function_definition",
    )
)
_AROUND = frozenset(
    (
        "namespace_declaration",
        "file_scoped_namespace_declaration",
        "declaration_list",
        "namespace_definition",
        "compound_statement",
        "if_statement",
        "else_clause",
        "try_statement",
        "enum_body_declarations",
        "preproc_if",
        "preproc_elif",
        "preproc_else",
        "preproc_region",
        "ERROR",
    )
)
_HOLDERS = frozenset(
    ("variable_declarator", "variable_declaration", "property_element", "const_element")
)
_HERITAGE = frozenset(
    (
        "superclass",
        "super_interfaces",
        "extends_interfaces",
        "base_list",
        "base_clause",
        "use_declaration",
    )
)
_PARAMETERS = frozenset(("formal_parameter", "parameter"))


class _Place(Struct, frozen=True):
    """The place of a declaration: the names around it, and the kind and visibility of its type."""

    prefix: str = ""
    kind: str = ""
    public: bool = True
    depth: int = 0


_Public = Callable[["Node", str], bool]


def java(root: Node) -> Iterator[Symbol]:
    """Yield the types and members of a Java file; `public` and `protected` ones are public."""
    return _scope(root, _Place(), _java_public)


def csharp(root: Node) -> Iterator[Symbol]:
    """Yield the types and members of a C# file; `private` and `file` ones, and members without a
    modifier, are not public.
    """
    statements = next(
        (child for child in root.named_children if child.type == "global_statement"), None
    )
    if statements is not None:
        yield Symbol("Program", line_of(statements))
    yield from _scope(root, _Place(), _csharp_public)


def php(root: Node) -> Iterator[Symbol]:
    """Yield the functions, constants, variables, types and members of a PHP file; those without a
    modifier are public.
    """
    return _scope(root, _Place(), _php_public)


def _scope(parent: Node, place: _Place, is_public: _Public) -> Iterator[Symbol]:
    for node in parent.named_children:
        if node.type in _AROUND and place.depth < DEEPEST:
            deeper = _Place(place.prefix, place.kind, place.public, place.depth + 1)
            yield from _scope(node, deeper, is_public)
        elif node.type in _TYPES:
            yield from _type(node, place, is_public)
        elif node.type in _MEMBERS:
            public = place.public and is_public(node, place.kind)
            how = "member" if place.kind else "definition"
            for name in _names(node):
                yield from named(name, place.prefix, public=public, how=how)
            yield from _promoted(node, place)
        elif node.type == "expression_statement" and not place.kind:
            yield from _php_statement(node)


def _php_statement(node: Node) -> Iterator[Symbol]:
    """Yield the variable or constant that a PHP statement outside functions defines: `$a = …`,
    `define("A", …)`.
    """
    for expression in node.named_children:
        left = (
            expression.child_by_field_name("left")
            if expression.type == "assignment_expression"
            else None
        )
        if left is not None and left.type == "variable_name":
            yield from named(child_of(left, "name"))
        elif text_of(expression.child_by_field_name("function")) == "define":
            yield from named(
                next((part for part in walk(expression) if part.type == "string_content"), None)
            )


def _type(node: Node, place: _Place, is_public: _Public) -> Iterator[Symbol]:
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    public = place.public and is_public(node, place.kind)
    yield from named(
        name, place.prefix, public=public, how="member" if place.kind else "definition"
    )
    inside = _Place(f"{place.prefix}{text_of(name)}.", node.type, public, place.depth + 1)
    for base in _bases(node, body):
        yield Symbol(f"{inside.prefix}*", line_of(base), public, "base", text_of(base))
    if node.type == "record_declaration":
        for parameter in _parameters(node):
            yield from named(
                parameter.child_by_field_name("name"), inside.prefix, public=public, how="member"
            )
    if body is not None and place.depth < DEEPEST:
        yield from _scope(body, inside, is_public)


def _bases(node: Node, body: Node | None) -> Iterator[Node]:
    """Yield the names of the types that a type inherits members from, including PHP's traits."""
    uses = (
        [child for child in body.named_children if child.type == "use_declaration"]
        if body is not None
        else []
    )
    for clause in (*node.named_children, *uses):
        if clause.type in _HERITAGE:
            yield from (
                part
                for part in walk(clause)
                if part.type in ("type_identifier", "identifier", "name")
            )


def _names(node: Node, depth: int = 0) -> Iterator[Node]:
    """Yield the nodes of a declaration's names: its own, or those of the variables in it."""
    own = node.child_by_field_name("name") or child_of(
        node, *(["name"] if node.type == "const_element" else [])
    )
    if own is not None:
        yield (child_of(own, "name") or own) if own.type == "variable_name" else own
        return
    for child in node.named_children if depth < 3 else []:
        if child.type in _HOLDERS:
            yield from _names(child, depth + 1)


def _parameters(node: Node) -> list[Node]:
    given = child_of(node, "formal_parameters", "parameter_list")
    return [child for child in given.named_children if child.type in _PARAMETERS] if given else []


def _promoted(node: Node, place: _Place) -> Iterator[Symbol]:
    """Yield the properties that a PHP constructor declares in its parameters."""
    given = (
        node.child_by_field_name("parameters")
        if text_of(node.child_by_field_name("name")) == "__construct"
        else None
    )
    for parameter in given.named_children if given else []:
        if parameter.type == "property_promotion_parameter":
            variable = parameter.child_by_field_name("name")
            public = place.public and _php_public(parameter, place.kind)
            yield from named(
                child_of(variable, "name") if variable else None,
                place.prefix,
                public=public,
                how="member",
            )


def _java_public(node: Node, parent: str) -> bool:
    modifiers = child_of(node, "modifiers")
    words = {child.type for child in modifiers.children} if modifiers else set()
    if words & {"public", "protected"}:
        return True
    in_interface = parent in ("interface_declaration", "annotation_type_declaration")
    return node.type == "enum_constant" or (in_interface and "private" not in words)


def _csharp_public(node: Node, parent: str) -> bool:
    words = {text_of(child) for child in node.children if child.type == "modifier"}
    if words & {"private", "file"}:
        return False
    if words & {"public", "internal", "protected"}:
        return True
    return parent in ("", "interface_declaration", "enum_declaration")


def _php_public(node: Node, _parent: str) -> bool:
    modifier = child_of(node, "visibility_modifier")
    return modifier is None or text_of(modifier) == "public"
