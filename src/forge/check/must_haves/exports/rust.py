"""Reads what a Rust file defines: `pub` items (also `pub(crate)`), their members, and `pub use`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from forge.check.must_haves.code.grammars import line_of, text_of, walk
from forge.check.must_haves.exports.model import DEEPEST, Symbol, child_of, named

if TYPE_CHECKING:
    from tree_sitter import Node

_ITEMS = frozenset(
    (
        "function_item",
        "struct_item",
        "enum_item",
        "trait_item",
        "type_item",
        "const_item",
        "static_item",
        "mod_item",
        "union_item",
        "function_signature_item",
        "extern_crate_declaration",
        "associated_type",
        "trait_alias",
    )
)
_MEMBERS = frozenset((*_ITEMS, "field_declaration", "enum_variant"))


def symbols(root: Node) -> Iterator[Symbol]:
    """Yield the items of a file and their members."""
    return _items(root, "", public=True, depth=0)


def _items(parent: Node, prefix: str, *, public: bool, depth: int) -> Iterator[Symbol]:
    attributes = ""
    for node in parent.named_children:
        if node.type == "attribute_item":
            attributes += text_of(node)
            continue
        if node.type in _ITEMS:
            yield from _item(node, prefix, public=public and _is_pub(node), depth=depth)
        elif node.type == "impl_item":
            yield from _implementation(node, prefix, public=public)
        elif node.type == "foreign_mod_item" and (body := node.child_by_field_name("body")):
            yield from _items(body, prefix, public=public, depth=depth)
        elif node.type == "use_declaration":
            yield from _used(
                node.child_by_field_name("argument"), "", public=public and _is_pub(node)
            )
        elif node.type == "macro_definition":
            yield from named(
                node.child_by_field_name("name"),
                prefix,
                public=public and "macro_export" in attributes,
            )
        if "comment" not in node.type:
            attributes = ""


def _is_pub(node: Node) -> bool:
    modifier = child_of(node, "visibility_modifier")
    return modifier is not None and text_of(modifier) != "pub(self)"


def _item(node: Node, prefix: str, *, public: bool, depth: int) -> Iterator[Symbol]:
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    yield from named(name, prefix, public=public)
    if name is None or body is None or depth >= DEEPEST or node.type == "function_item":
        return
    inside = f"{prefix}{text_of(name)}."
    if node.type == "mod_item":
        yield from _items(body, inside, public=public, depth=depth + 1)
    else:
        yield from _members(
            body, inside, public=public, open_to_all=node.type in ("trait_item", "enum_item")
        )


def _members(body: Node, prefix: str, *, public: bool, open_to_all: bool) -> Iterator[Symbol]:
    """Yield the members of a type; in a trait, an enum and a trait's implementation each is as
    public as the type.
    """
    for member in body.named_children:
        if member.type in _MEMBERS:
            seen = public and (open_to_all or _is_pub(member))
            yield from named(member.child_by_field_name("name"), prefix, public=seen, how="member")


def _implementation(node: Node, prefix: str, *, public: bool) -> Iterator[Symbol]:
    kind, body = node.child_by_field_name("type"), node.child_by_field_name("body")
    owner = (
        next((text_of(part) for part in walk(kind) if part.type == "type_identifier"), "")
        if kind
        else ""
    )
    if body is not None:
        of_trait = node.child_by_field_name("trait") is not None
        yield from _members(
            body, f"{prefix}{owner}." if owner else prefix, public=public, open_to_all=of_trait
        )


def _used(node: Node | None, path: str, *, public: bool, depth: int = 0) -> Iterator[Symbol]:
    """Yield the names that a `use` imports; a wildcard as `*` with its path."""
    if node is None or depth > DEEPEST:
        return
    if node.type in ("identifier", "crate"):
        yield from named(node, public=public, how="re-export")
    elif node.type == "self":
        yield Symbol(
            path.removesuffix("::").rpartition("::")[2], line_of(node), public, "re-export"
        )
    elif node.type == "scoped_identifier":
        yield from named(node.child_by_field_name("name"), public=public, how="re-export")
    elif node.type == "use_as_clause":
        yield from named(node.child_by_field_name("alias"), public=public, how="re-export")
    elif node.type == "use_wildcard":
        inner = text_of(node.named_children[0]) if node.named_children else ""
        yield Symbol("*", line_of(node), public, "re-export", path + inner)
    elif node.type in ("scoped_use_list", "use_list"):
        inside = node.child_by_field_name("path")
        entries = node.child_by_field_name("list") if node.type == "scoped_use_list" else node
        for entry in entries.named_children if entries else []:
            yield from _used(
                entry,
                f"{path}{text_of(inside)}::" if inside else path,
                public=public,
                depth=depth + 1,
            )
