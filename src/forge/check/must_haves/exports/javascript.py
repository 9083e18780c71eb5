"""What a JavaScript or TypeScript file exports: every form of `export`, CommonJS, and members of
what is exported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from forge.check.must_haves.code.grammars import line_of, text_of, walk
from forge.check.must_haves.exports.model import DEEPEST, Symbol, child_of, named

if TYPE_CHECKING:
    from tree_sitter import Node

_COMMON = re.compile(
    r"(?:module\s*\.\s*)?exports(?:\s*\.\s*([\w$]+))?|(?:window|globalThis|self|global)\s*\.\s*([\w$]+)"
)
_LONGEST_TARGET = 80
_DEEPEST_VALUE = 5
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
_LISTS = frozenset(("class_body", "interface_body", "object_type", "enum_body", "object"))
_PASSED = frozenset(
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


def symbols(root: Node, *, ambient: bool) -> Iterator[Symbol]:
    """Yield what a file exports; `ambient` says that it is a `.d.ts`, whose bare declarations are
    there for all.
    """
    return _File(root).symbols(ambient=ambient)


class _File:
    """One file: its syntax tree, and what it declares at its top level by name."""

    def __init__(self, root: Node) -> None:
        self.root = root
        self.local = dict(_locals(root))

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
            yield from self.given_on(node)

    def given_on(self, node: Node) -> Iterator[Symbol]:
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
        """Yield a default export: under that name, and under the name of what is exported."""
        yield Symbol("default", line_of(value), how="default export")
        own = (
            value.child_by_field_name("name")
            if "function" in value.type or "class" in value.type
            else None
        )
        for name in [own] if own is not None else list(_identifiers(value)):
            yield from named(name, how="default export")
            yield from self.members_of(text_of(name), text_of(name))
        yield from self.members(value, "default")

    def declared(
        self, node: Node, prefix: str, how: str = "export", depth: int = 0
    ) -> Iterator[Symbol]:
        """Yield the names that a declaration gives, with their members."""
        if node.type in ("lexical_declaration", "variable_declaration"):
            for declarator in node.named_children:
                for name in _bound(declarator.child_by_field_name("name")):
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
        """Yield the members of what the file declares under a name, as members of `owner`."""
        declared = self.local.get(name)
        if declared is not None:
            yield from self.members(declared, owner, depth)

    def members(self, node: Node, owner: str, depth: int = 0) -> Iterator[Symbol]:
        """Yield the public members of a class, interface, enum, namespace, or of the object that a
        name is given.
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
                yield from _member(member, owner)
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
        """Look for an object in what is passed to a call, or returned by an arrow function:
        `create(() => ({ a }))`.
        """
        parts = (
            node.child_by_field_name("arguments") if node.type == "call_expression" else None
        ) or node
        for child in parts.named_children[:4] if node.type in _PASSED else []:
            if child.type in _PASSED or child.type in _LISTS:
                yield from self.members(child, owner, depth + 1)

    def ambient(self, node: Node, *, public: bool) -> Iterator[Symbol]:
        """Yield what `declare` declares; inside `declare module` and `declare global` it is there
        for all files.
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
        """Yield what CommonJS exports, wherever in the file it stands, and what is hung on the
        global object.
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
        """Yield what is assigned to `module.exports` as a whole."""
        value: Node = right
        for _ in range(DEEPEST):
            value = (
                value.child_by_field_name("right")
                if value.type == "assignment_expression"
                else None
            ) or value
        if value.type != "object":
            yield from self.default(value)
            yield from _required(value)
            return
        yield Symbol("default", line_of(value), how="default export")
        for child in value.named_children:
            for symbol in _member(child, ""):
                name = symbol.name.removeprefix(".")
                yield Symbol(name, symbol.line, how="export")
                yield from self.members_of(name, name)
            if child.type == "spread_element" and child.named_children:
                yield from _required(child.named_children[0])


def _locals(root: Node) -> Iterator[tuple[str, Node]]:
    """Yield the names that a file declares at its top level, with the nodes that hold their
    members.
    """
    for node in root.named_children:
        for held in (node.child_by_field_name("declaration"), node):
            for child in (held, *held.named_children) if held is not None else ():
                name = child.child_by_field_name("name")
                if name is not None:
                    yield text_of(name), child


def _identifiers(value: Node, depth: int = 0) -> Iterator[Node]:
    """Yield the identifier that a value is, or that it wraps: `memo(Page)`, `new Page()`."""
    if value.type == "identifier":
        yield value
    elif value.type == "new_expression":
        yield from (child for child in value.named_children if child.type == "identifier")
    elif value.type in _PASSED and depth < 4:
        inside = (
            value.child_by_field_name("arguments") if value.type == "call_expression" else value
        )
        for child in inside.named_children[:3] if inside else []:
            yield from _identifiers(child, depth + 1)


def _bound(pattern: Node | None, depth: int = 0) -> Iterator[Node]:
    """Yield the names that a pattern binds: `{ a, b: c, ...d }`."""
    if pattern is None or depth > DEEPEST:
        return
    if pattern.type in _BOUND:
        yield pattern
    elif pattern.type in _PATTERNS:
        part = pattern.child_by_field_name("value") or pattern.child_by_field_name("left")
        for inner in [part] if part is not None else pattern.named_children:
            yield from _bound(inner, depth + 1)


def _member(member: Node, owner: str) -> Iterator[Symbol]:
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


def _required(node: Node) -> Iterator[Symbol]:
    """Yield everything of another module, where a node is `require("./x")`."""
    arguments = node.child_by_field_name("arguments")
    if arguments is not None and text_of(node.child_by_field_name("function")) == "require":
        source = next((child for child in arguments.named_children if child.type == "string"), None)
        yield from (
            [Symbol("*", line_of(node), how="re-export", source=text_of(source)[1:-1])]
            if source
            else []
        )
