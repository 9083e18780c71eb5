"""Reads the imports of Go files, and finds the files of the tree that they lead to."""

from __future__ import annotations

import posixpath
import re
from functools import lru_cache

from forge.check.must_haves.code import grammars
from forge.check.must_haves.code.file import Code
from forge.check.must_haves.imports.model import Files, Import, Place

_MODULE = re.compile(r"^module[ \t]+\"?([^\s\"]+)", re.M)


def statements(code: Code) -> tuple[Import, ...] | None:
    """Return every import of a Go file, None if it cannot be parsed."""
    return _statements(code.text)


@lru_cache(maxsize=32)
def _statements(text: str) -> tuple[Import, ...] | None:
    tree = grammars.parse("go", text.encode())
    if tree is None:
        return None
    return tuple(
        Import(
            grammars.line_of(node), grammars.text_of(node.child_by_field_name("path")).strip('"`')
        )
        for top in tree.root_node.children
        if top.type == "import_declaration"
        for node in grammars.walk(top)
        if node.type == "import_spec"
    )


def places(item: Import, path: str, files: Files) -> list[Place]:
    """Return the files of the package that an import names, in the module of `path` or of a
    target.
    """
    for near in (path, *sorted(files.targets)):
        module = files.above(near, "go.mod")
        name = _module_name(module, files)
        if module is None or not name or not (item.source + "/").startswith(name + "/"):
            continue
        folder = posixpath.join(module, item.source[len(name) + 1 :]).strip("/")
        return [
            Place(file)
            for file in files.inside(folder)
            if file.endswith(".go") and not file.endswith("_test.go")
        ]
    return []


def _module_name(folder: str | None, files: Files) -> str:
    code = files.code(posixpath.join(folder, "go.mod")) if folder is not None else None
    match = _MODULE.search(code.text) if code else None
    return match[1] if match else ""
