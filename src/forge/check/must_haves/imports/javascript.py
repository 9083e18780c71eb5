"""Reads the imports of JavaScript and TypeScript files, Vue, Svelte and Astro included."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec.structs import replace

from forge.check.must_haves.code import grammars
from forge.check.must_haves.code.file import Code
from forge.check.must_haves.imports import specifiers
from forge.check.must_haves.imports.model import Files, Import, Place

if TYPE_CHECKING:
    from tree_sitter import Node

SCRIPTED = (".vue", ".svelte", ".astro")
_SCRIPT = re.compile(
    r"<script\b[^>]{0,400}>(?P<body>[\s\S]*?)</script\s*>|\A---\n(?P<head>[\s\S]*?)^---",
    re.I | re.M,
)
_STATEMENTS = {"import_statement", "export_statement"}
_LONGEST_NAME = 40
_LOADERS = {"import", "require", "require.resolve", "import.meta.resolve"}


def statements(code: Code) -> tuple[Import, ...] | None:
    """Return every import and re-export of a file, None if it cannot be parsed."""
    if code.path.endswith(SCRIPTED):
        return _statements("typescript", _scripts(code.text))
    return _statements(grammars.language_of(code.path) or "typescript", code.text)


def places(item: Import, path: str, files: Files) -> list[Place]:
    """Return the file that an import in the file at `path` leads to."""
    target = specifiers.resolve(item.source, path, files)
    return [Place(target, item.name)] if target else []


def _scripts(text: str) -> str:
    """Return the scripts in a text, on their lines."""
    parts, at = [], 0
    for match in _SCRIPT.finditer(text):
        start, end = match.span("head" if match["head"] is not None else "body")
        parts += ["\n" * text.count("\n", at, start), text[start:end]]
        at = end
    return "".join(parts)


@lru_cache(maxsize=32)
def _statements(language: str, text: str) -> tuple[Import, ...] | None:
    tree = grammars.parse(language, text.encode())
    if tree is None:
        return None
    items: list[Import] = []
    exported: dict[str, str] = {}
    for node in grammars.walk(tree.root_node):
        if node.type in _STATEMENTS:
            source = node.child_by_field_name("source") or _required(node)
            items += _statement(node, source) if source else []
            exported |= _exported(node) if not source else {}
        elif node.type in ("call_expression", "new_expression"):
            items += _loaded(node)
    return tuple(_published(items, exported))


def _required(node: Node) -> Node | None:
    """Return the module of `import x = require("./x")`."""
    clause = next(
        (child for child in node.named_children if child.type == "import_require_clause"), None
    )
    return clause.child_by_field_name("source") if clause else None


def _statement(node: Node, source: Node) -> list[Import]:
    line, module, public = grammars.line_of(node), _string(source), node.type == "export_statement"
    if module is None:
        return []
    named = [
        Import(line, module, name, local, public)
        for child in node.named_children
        for name, local in _names(child)
    ]
    if named:
        return named
    return [Import(line, module, "*", "*", True) if public else Import(line, module)]


def _names(clause: Node) -> Iterator[tuple[str, str]]:
    """Yield each imported name in a clause of an import or export, with its local name."""
    if clause.type in ("import_specifier", "export_specifier"):
        name = grammars.text_of(clause.child_by_field_name("name"))
        yield name, grammars.text_of(clause.child_by_field_name("alias")) or name
    elif clause.type in ("namespace_import", "namespace_export"):
        yield "*", grammars.text_of(clause.named_children[0] if clause.named_children else None)
    elif clause.type == "import_require_clause":
        yield "*", grammars.text_of(clause.named_children[0])
    elif clause.type in ("import_clause", "named_imports", "export_clause"):
        for child in clause.named_children:
            if child.type == "identifier":
                yield "default", grammars.text_of(child)
            else:
                yield from _names(child)


def _exported(node: Node) -> dict[str, str]:
    """Return the names of an export without a module, by their local names."""
    clauses = [child for child in node.named_children if child.type == "export_clause"]
    names = {name: local for clause in clauses for name, local in _names(clause)}
    value = node.child_by_field_name("value")
    return (
        {**names, grammars.text_of(value): "default"}
        if value is not None and value.type == "identifier"
        else names
    )


def _published(items: list[Import], exported: dict[str, str]) -> Iterator[Import]:
    for item in items:
        yield item
        if not item.public and item.local in exported:
            yield replace(item, local=exported[item.local], public=True)


def _loaded(node: Node) -> list[Import]:
    """Return what `import()`, `require()` and `new URL(…, import.meta.url)` load."""
    called = _short(node.child_by_field_name("function") or node.child_by_field_name("constructor"))
    if called != "URL" and called not in _LOADERS:
        return []
    arguments = node.child_by_field_name("arguments")
    given = arguments.named_children if arguments else []
    if called == "URL" and (len(given) < 2 or _short(given[1]) != "import.meta.url"):
        return []
    module = _string(given[0]) if given else None
    return [Import(grammars.line_of(node), module, "*")] if module else []


def _short(node: Node | None) -> str:
    """Return the text of a node if it is as short as a name, otherwise empty: the head of a chain
    of calls can be very long.
    """
    return (
        grammars.text_of(node)
        if node is not None and node.end_byte - node.start_byte <= _LONGEST_NAME
        else ""
    )


def _string(node: Node) -> str | None:
    """Return the text of a string without holes."""
    if node.type not in ("string", "template_string"):
        return None
    has_holes = any(child.type == "template_substitution" for child in node.named_children)
    return None if has_holes else grammars.text_of(node)[1:-1]
