"""Reads what a JavaScript or TypeScript file exports: every form of `export`, CommonJS, and the
members of exported names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from forge.check.must_haves.code.grammars import line_of, text_of, walk
from forge.check.must_haves.exports.javascript_nodes import (
    PASSED,
    bound_names,
    identifiers,
    member_symbols,
    required,
    top_level,
)
from forge.check.must_haves.exports.model import DEEPEST, Symbol, child_of, named

if TYPE_CHECKING:
    from tree_sitter import Node

_COMMON = re.compile(
    r"(?:module\s*\.\s*)?exports(?:\s*\.\s*([\w$]+))?|(?:window|globalThis|self|global)\s*\.\s*([\w$]+)"
)
_LONGEST_TARGET = 80
_DEEPEST_VALUE = 5
_LISTS = frozenset(("class_body", "interface_body", "object_type", "enum_body", "object"))


def symbols(root: Node, *, ambient: bool) -> Iterator[Symbol]:
    """Yield what a file exports; `ambient` says that it is a `.d.ts`, whose plain declarations are
    global.
    """
    return _File(root).symbols(ambient=ambient)


class _File:
    """One file: its syntax tree, and its top-level declarations by name."""

    def __init__(self, root: Node) -> None:
        self.root = root
        self.local = dict(top_level(root))

    def symbols(self, *, ambient: bool) -> Iterator[Symbol]:
        """Yield what the file exports."""
        for node in self.root.named_children:
            if node.type == "export_statement":
                yield from self.exported(node)
            elif node.type == "ambient_declaration":
                yield from self.ambient(node, public=ambient)
            elif ambient and node.type.endswith("_declaration"):
                yield from self.declared(node, "")
        yield from self.common()

    def exported(self, node: Node) -> Iterator[Symbol]:
        """Yield what an `export` statement exports."""
        declaration, value = (
            node.child_by_field_name("declaration"),
            node.child_by_field_name("value"),
        )
        if declaration is not None:
            default = child_of(node, "default") is not None
            if default:
                yield Symbol("default", line_of(node), how="default export")
                yield from self.members(declaration, "default")
            yield from self.declared(declaration, "", how="default export" if default else "export")
        elif value is not None:
            yield from self.default(value)
        elif child_of(node, "="):
            for assigned in node.named_children:
                yield from self.default(assigned)
        elif node.child_by_field_name("source") is not None or child_of(node, "export_clause"):
            yield from self.re_exported(node)

    def re_exported(self, node: Node) -> Iterator[Symbol]:
        """Yield the names of `export { a as b }`, `export * as ns from "x"` and `export * from
        "x"`.
        """
        source = node.child_by_field_name("source")
        how = "export" if source is None else "re-export"
        clause = child_of(node, "export_clause", "namespace_export")
        if clause is None:
            yield Symbol("*", line_of(node), how=how, source=text_of(source)[1:-1])
        elif clause.type == "namespace_export":
            yield from named(clause.named_children[0] if clause.named_children else None, how=how)
        else:
            for given in clause.named_children:
                name = given.child_by_field_name("name")
                outside = given.child_by_field_name("alias") or name
                yield from named(outside, how=how)
                if source is None:
                    yield from self.members_of(text_of(name), text_of(outside))

    def default(self, value: Node) -> Iterator[Symbol]:
        """Yield a default export: as `default`, and under its own name."""
        yield Symbol("default", line_of(value), how="default export")
        own = (
            value.child_by_field_name("name")
            if "function" in value.type or "class" in value.type
            else None
        )
        for name in [own] if own is not None else list(identifiers(value)):
            yield from named(name, how="default export")
            yield from self.members_of(text_of(name), text_of(name))
        yield from self.members(value, "default")

    def declared(
        self, node: Node, prefix: str, how: str = "export", depth: int = 0
    ) -> Iterator[Symbol]:
        """Yield the names that a declaration declares, with their members."""
        if node.type in ("lexical_declaration", "variable_declaration"):
            for declarator in node.named_children:
                for name in bound_names(declarator.child_by_field_name("name")):
                    yield from named(name, prefix, how=how)
                    yield from self.members(declarator, prefix + text_of(name), depth)
            return
        if node.type == "ambient_declaration":
            for inner in node.named_children:
                yield from self.declared(inner, prefix, how, depth)
            return
        alias = child_of(node, "identifier") if node.type == "import_alias" else None
        own = node.child_by_field_name("name") or alias
        if own is not None:
            yield from named(own, prefix, how=how)
            yield from self.members(node, prefix + text_of(own), depth)

    def members_of(self, name: str, owner: str, depth: int = 0) -> Iterator[Symbol]:
        """Yield the members of a top-level name of the file, as members of `owner`."""
        declared = self.local.get(name)
        if declared is not None:
            yield from self.members(declared, owner, depth)

    def members(self, node: Node, owner: str, depth: int = 0) -> Iterator[Symbol]:
        """Yield the public members of a class, interface, enum or namespace, or of the object that
        is assigned to a name.
        """
        if depth > _DEEPEST_VALUE:
            return
        body = (
            node
            if node.type in _LISTS
            else node.child_by_field_name("body") or node.child_by_field_name("value")
        )
        if node.type == "new_expression":
            yield from self.members_of(
                text_of(node.child_by_field_name("constructor")), owner, depth + 1
            )
        elif body is not None and body.type in _LISTS:
            for member in body.named_children:
                yield from member_symbols(member, owner)
        elif body is None or (
            body.type == "statement_block" and node.type not in ("internal_module", "module")
        ):
            yield from self.wrapped(node, owner, depth)
        elif body.type == "statement_block":
            for statement in body.named_children:
                held = (
                    statement.child_by_field_name("declaration")
                    if statement.type == "export_statement"
                    else None
                )
                yield from (
                    self.declared(held, f"{owner}.", "member", depth + 1)
                    if held is not None
                    else ()
                )
        else:
            yield from self.members(body, owner, depth + 1)

    def wrapped(self, node: Node, owner: str, depth: int) -> Iterator[Symbol]:
        """Yield the members of an object that is passed to a call, or returned by an arrow
        function: `create(() => ({ a }))`.
        """
        parts = (
            node.child_by_field_name("arguments") if node.type == "call_expression" else None
        ) or node
        for child in parts.named_children[:4] if node.type in PASSED else []:
            if child.type in PASSED or child.type in _LISTS:
                yield from self.members(child, owner, depth + 1)

    def ambient(self, node: Node, *, public: bool) -> Iterator[Symbol]:
        """Yield what `declare` declares; inside `declare module` and `declare global` it is visible
        to all files.
        """
        for child in node.named_children:
            body = child if child.type == "statement_block" else child.child_by_field_name("body")
            if child.type in ("module", "statement_block") and body is not None:
                for statement in body.named_children:
                    held = statement.child_by_field_name("declaration") or statement
                    yield from self.declared(held, "", "ambient declaration")
            elif public:
                yield from self.declared(child, "", "ambient declaration")

    def common(self) -> Iterator[Symbol]:
        """Yield the exports of CommonJS anywhere in the file, and the properties that are set on
        the global object.
        """
        for node in walk(self.root):
            if node.type != "assignment_expression":
                continue
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            if left is None or right is None or left.end_byte - left.start_byte > _LONGEST_TARGET:
                continue
            target = _COMMON.fullmatch(text_of(left))
            if target is not None:
                name = target[1] or target[2]
                yield from self.assigned(name, node, right) if name else self.module_exports(right)

    def assigned(self, name: str, node: Node, value: Node) -> Iterator[Symbol]:
        """Yield `exports.name = …`, with the members of the value."""
        yield Symbol(name, line_of(node), how="export")
        yield from self.members(value, name)
        if value.type == "identifier":
            yield from self.members_of(text_of(value), name)

    def module_exports(self, right: Node) -> Iterator[Symbol]:
        """Yield the members of the value of `module.exports`."""
        value: Node = right
        for _ in range(DEEPEST):
            value = (
                value.child_by_field_name("right")
                if value.type == "assignment_expression"
                else None
            ) or value
        if value.type != "object":
            yield from self.default(value)
            yield from required(value)
            return
        yield Symbol("default", line_of(value), how="default export")
        for child in value.named_children:
            for symbol in member_symbols(child, ""):
                name = symbol.name.removeprefix(".")
                yield Symbol(name, symbol.line, how="export")
                yield from self.members_of(name, name)
            if child.type == "spread_element" and child.named_children:
                yield from required(child.named_children[0])
