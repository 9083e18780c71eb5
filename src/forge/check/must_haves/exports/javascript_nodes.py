"""Syntax nodes of JavaScript and TypeScript: the names and members that they declare."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from forge.check.must_haves.code.grammars import line_of, text_of
from forge.check.must_haves.exports.model import DEEPEST, Symbol, child_of, named

if TYPE_CHECKING:
    from tree_sitter import Node

_BOUND = frozenset(("identifier", "shorthand_property_identifier_pattern"))
_PATTERNS = frozenset(
    (
        "object_pattern",
        "array_pattern",
        "rest_pattern",
        "assignment_pattern",
        "object_assignment_pattern",
        "pair_pattern",
    )
)
_KEYED = frozenset(
    (
        "method_definition",
        "public_field_definition",
        "field_definition",
        "abstract_method_signature",
        "pair",
        "property_signature",
        "method_signature",
        "enum_assignment",
    )
)
PASSED = frozenset(
    (
        "call_expression",
        "parenthesized_expression",
        "as_expression",
        "satisfies_expression",
        "arrow_function",
        "arguments",
        "await_expression",
        "non_null_expression",
        "intersection_type",
    )
)
_KEYS = frozenset(("property_identifier", "shorthand_property_identifier"))


def top_level(root: Node) -> Iterator[tuple[str, Node]]:
    """Yield the names that a file declares at its top level, with the nodes of their members."""
    for node in root.named_children:
        for held in (node.child_by_field_name("declaration"), node):
            for child in (held, *held.named_children) if held is not None else ():
                name = child.child_by_field_name("name")
                if name is not None:
                    yield text_of(name), child


def identifiers(value: Node, depth: int = 0) -> Iterator[Node]:
    """Yield the identifier in a value, also inside calls: `memo(Page)`, `new Page()`."""
    if value.type == "identifier":
        yield value
    elif value.type == "new_expression":
        yield from (child for child in value.named_children if child.type == "identifier")
    elif value.type in PASSED and depth < 4:
        inside = (
            value.child_by_field_name("arguments") if value.type == "call_expression" else value
        )
        for child in inside.named_children[:3] if inside else []:
            yield from identifiers(child, depth + 1)


def bound_names(pattern: Node | None, depth: int = 0) -> Iterator[Node]:
    """Yield the names that a pattern binds: `{ a, b: c, ...d }`."""
    if pattern is None or depth > DEEPEST:
        return
    if pattern.type in _BOUND:
        yield pattern
    elif pattern.type in _PATTERNS:
        part = pattern.child_by_field_name("value") or pattern.child_by_field_name("left")
        for inner in [part] if part is not None else pattern.named_children:
            yield from bound_names(inner, depth + 1)


def member_symbols(member: Node, owner: str) -> Iterator[Symbol]:
    """Yield a member of a class, interface or object, and properties of its constructor."""
    fields = (member.child_by_field_name(field) for field in ("name", "key", "property"))
    key = (
        next((node for node in fields if node is not None), None)
        if member.type in _KEYED
        else member
    )
    if key is None:
        return
    public = text_of(child_of(member, "accessibility_modifier")) != "private"
    if key.type in _KEYS:
        yield from named(key, f"{owner}.", public=public, how="member")
    elif key.type == "string":
        yield from named(child_of(key, "string_fragment"), f"{owner}.", public=public, how="member")
    parameters = member.child_by_field_name("parameters") if text_of(key) == "constructor" else None
    for parameter in parameters.named_children if parameters else []:
        modifier = child_of(parameter, "accessibility_modifier")
        if modifier is not None:
            seen = text_of(modifier) != "private"
            yield from named(
                parameter.child_by_field_name("pattern"), f"{owner}.", public=seen, how="member"
            )


def required(node: Node) -> Iterator[Symbol]:
    """Yield a re-export of everything if a node is `require("./x")`."""
    arguments = node.child_by_field_name("arguments")
    if arguments is not None and text_of(node.child_by_field_name("function")) == "require":
        source = next((child for child in arguments.named_children if child.type == "string"), None)
        yield from (
            [Symbol("*", line_of(node), how="re-export", source=text_of(source)[1:-1])]
            if source
            else []
        )
