"""Reads what Rust files use of each other: `mod`, `use`, and full paths."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct, field

from forge.check.must_haves.code import grammars
from forge.check.must_haves.code.file import Code
from forge.check.must_haves.imports.model import Import
from forge.check.must_haves.imports.rust_crates import places

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["places", "statements"]

_SCOPED = {"scoped_identifier", "scoped_type_identifier"}
_HERE = {"self", "super", "crate"}
_LONGEST = 64
_LONGEST_PATH = 400


def statements(code: Code) -> tuple[Import, ...] | None:
    """Return what a Rust file uses, None if it cannot be parsed.

    Sources look like `crate::a::b`, `super::c`, `d::e`; that of a `mod x;` with a `path` attribute
    like `file:other.rs`.
    """
    return _statements(code.text)


@lru_cache(maxsize=32)
def _statements(text: str) -> tuple[Import, ...] | None:
    tree = grammars.parse("rust", text.encode())
    if tree is None:
        return None
    return tuple(_Reading().read(tree.root_node))


class _Reading(Struct):
    """One pass over a syntax tree: the inline modules around the current node, and the attribute
    before it.
    """

    inside: list[tuple[int, str]] = field(default_factory=list)
    attribute: Node | None = None
    done_to: int = 0

    def read(self, root: Node) -> Iterator[Import]:
        """Yield the imports below a node."""
        for node in grammars.walk(root):
            while self.inside and node.start_byte >= self.inside[-1][0]:
                self.inside.pop()
            if node.start_byte < self.done_to:
                continue
            if node.type == "attribute_item":
                self.attribute = node
            elif node.type == "mod_item":
                yield from self.module(node)
            elif node.type == "use_declaration":
                self.done_to = node.end_byte
                yield from _used(node, [name for _, name in self.inside])
            elif node.type in _SCOPED:
                self.done_to = node.end_byte
                yield from _written_out(node, [name for _, name in self.inside])

    def module(self, node: Node) -> Iterator[Import]:
        """Yield the import of `mod x;`; enter `mod x { … }`."""
        name = grammars.text_of(node.child_by_field_name("name"))
        if node.child_by_field_name("body") is not None:
            self.inside.append((node.end_byte, name))
            return
        source = self.path_attribute(node) or "::".join(
            ["self", *(outer for _, outer in self.inside), name]
        )
        yield Import(grammars.line_of(node), source, "", name, _is_public(node))

    def path_attribute(self, node: Node) -> str:
        """Return `file:…` for a module with `#[path = "…"]` on the line before, otherwise empty."""
        if self.attribute is None:
            return ""
        if not 0 <= node.start_point.row - self.attribute.end_point.row <= 1:
            return ""
        key, _, value = grammars.text_of(self.attribute).strip("#[] \n").partition("=")
        return f"file:{value.strip().strip(chr(34))}" if key.strip() == "path" else ""


def _used(node: Node, inside: list[str]) -> Iterator[Import]:
    argument, public = node.child_by_field_name("argument"), _is_public(node)
    for parts, local, line in _leaves(argument, [], 0) if argument else ():
        glob = parts[-1:] == ["*"]
        source = "::".join(_placed(parts[:-1] if glob else parts, inside))
        yield Import(line, source, "*" if glob else "", "*" if glob else local, public)


def _leaves(node: Node, before: list[str], depth: int) -> Iterator[tuple[list[str], str, int]]:
    """Yield each path of a use tree, its local name, and its line."""
    line = grammars.line_of(node)
    if depth > _LONGEST:
        return
    if node.type == "use_as_clause":
        path = before + _parts(node.child_by_field_name("path"))
        yield path, grammars.text_of(node.child_by_field_name("alias")), line
    elif node.type == "use_wildcard":
        yield (
            [*before, *_parts(node.named_children[0] if node.named_children else None), "*"],
            "*",
            line,
        )
    elif node.type == "scoped_use_list":
        path = before + _parts(node.child_by_field_name("path"))
        yield from _leaves_in(node.child_by_field_name("list"), path, depth)
    elif node.type == "use_list":
        yield from _leaves_in(node, before, depth)
    elif node.type == "self" and before:
        yield before, before[-1], line
    elif node.is_named:
        path = before + _parts(node)
        yield path, path[-1] if path else "", line


def _leaves_in(
    node: Node | None, before: list[str], depth: int
) -> Iterator[tuple[list[str], str, int]]:
    for child in node.named_children if node else ():
        yield from _leaves(child, before, depth + 1)


def _parts(node: Node | None) -> list[str]:
    text = grammars.text_of(node).partition("<")[0]
    return [part.strip() for part in text.split("::") if part.strip()][:_LONGEST]


def _written_out(node: Node, inside: list[str]) -> Iterator[Import]:
    parts = _parts(node) if node.end_byte - node.start_byte <= _LONGEST_PATH else []
    if len(parts) > 1 and (parts[0] in _HERE or parts[0].islower()):
        yield Import(grammars.line_of(node), "::".join(_placed(parts, inside)))


def _placed(parts: list[str], inside: list[str]) -> list[str]:
    """Return a path that is written inside inline modules, relative to the top of the file."""
    if not inside or parts[:1] not in (["self"], ["super"]):
        return parts
    ups = 0
    while parts[ups : ups + 1] == ["super"]:
        ups += 1
    kept = inside[: max(len(inside) - ups, 0)]
    beyond = ["super"] * max(ups - len(inside), 0)
    return [*(beyond or ["self"]), *kept, *parts[ups or 1 :]]


def _is_public(node: Node) -> bool:
    return any(child.type == "visibility_modifier" for child in node.named_children)
