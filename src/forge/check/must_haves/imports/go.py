"""What Go files import, and which files of the tree that means."""

from __future__ import annotations

import posixpath
import re
from functools import lru_cache

from forge.check.must_haves.code import grammars
from forge.check.must_haves.code.file import Code
from forge.check.must_haves.imports.model import Files, Import, Place

_MODULE = re.compile(r"^module[ \t]+\"?([^\s\"]+)", re.M)


def statements(code: Code) -> tuple[Import, ...] | None:
    """Return every import of a Go file, None where no syntax tree is to be had."""
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


def places(found: Import, path: str, files: Files) -> list[Place]:
    """Return the files of the package that an import names, in the modules of `path` and of the
    targets.
    """
    for near in (path, *sorted(files.targets)):
        module = files.above(near, "go.mod")
        name = _module_name(module, files)
        if module is None or not name or not (found.source + "/").startswith(name + "/"):
            continue
        folder = posixpath.join(module, found.source[len(name) + 1 :]).strip("/")
        return [
            Place(file)
            for file in files.inside(folder)
            if file.endswith(".go") and not file.endswith("_test.go")
        ]
    return []


def _module_name(folder: str | None, files: Files) -> str:
    code = files.code(posixpath.join(folder, "go.mod")) if folder is not None else None
    found = _MODULE.search(code.text) if code else None
    return found[1] if found else ""
