"""Reads the imports of Python files, and finds the files of the tree that they lead to."""

from __future__ import annotations

import ast
import posixpath
import sys
from collections.abc import Iterator
from functools import lru_cache

from forge.check.must_haves.code.file import Code, python_tree
from forge.check.must_haves.imports.model import Files, Import, Place, upwards

_LOADERS = {"import_module", "__import__"}
_SUFFIXES = (".py", "/__init__.py", ".pyi", "/__init__.pyi")


def statements(code: Code) -> tuple[Import, ...] | None:
    """Return every import of a Python file, also in functions and conditions; None if it does not
    parse.
    """
    return _statements(code.text)


@lru_cache(maxsize=32)
def _statements(text: str) -> tuple[Import, ...] | None:
    tree = python_tree(text)
    if tree is None:
        return None
    return tuple(item for node in ast.walk(tree) for item in _imports(node))


def _imports(node: ast.AST) -> Iterator[Import]:
    match node:
        case ast.Import(names=names):
            for alias in names:
                yield Import(
                    node.lineno, alias.name, "", alias.asname or alias.name.partition(".")[0], True
                )
        case ast.ImportFrom(module=module, names=names, level=level):
            source = "." * level + (module or "")
            for alias in names:
                yield Import(node.lineno, source, alias.name, alias.asname or alias.name, True)
        case ast.Call(func=function, args=[ast.Constant(value=str(source)), *_]) if (
            _name(function) in _LOADERS
        ):
            yield Import(node.lineno, source)


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def places(item: Import, path: str, files: Files) -> list[Place]:
    """Return the files that an import in the file at `path` leads to: the submodule it names, and
    the module itself.
    """
    rest = item.source.lstrip(".")
    dots = len(item.source) - len(rest)
    parts = rest.split(".") if rest else []
    if dots:
        folders = list(upwards(path))
        return _module(folders[dots - 1], parts, item.name, files) if dots <= len(folders) else []
    if not parts:
        return []
    for root in _roots(path, files):
        if module := _module(root, parts, item.name, files):
            return module
    return _elsewhere(parts, item.name, files)


def _module(root: str, parts: list[str], name: str, files: Files) -> list[Place]:
    base = posixpath.join(root, *parts)
    named = [name] if name not in ("", "*") else []
    below = [Place(file) for word in named if (file := _file(posixpath.join(base, word), files))]
    own = _file(base, files)
    return below + ([Place(own, name)] if own else [])


def _file(base: str, files: Files) -> str | None:
    return files.first(base + suffix for suffix in _SUFFIXES) if base else files.at("__init__.py")


def _roots(path: str, files: Files) -> Iterator[str]:
    """Yield the folders to search for a top-level module, nearest first; packages are skipped."""
    for folder in upwards(path):
        if not files.at(posixpath.join(folder, "__init__.py")):
            yield folder
        yield posixpath.join(folder, "src")


def _elsewhere(parts: list[str], name: str, files: Files) -> list[Place]:
    """Search beside the targets, for packages that are installed from another folder of the
    repository.

    A single module there counts only if its name is unique and not one of the standard library.
    """
    pieces = (f"/{parts[0]}/", f"/{parts[0]}.py")
    near = any(piece in f"/{target}" for target in files.targets for piece in pieces)
    if not near or parts[0] in sys.stdlib_module_names:
        return []
    is_single = len(parts) == 1
    if is_single and len(files.named(f"{parts[0]}.py")) + _packages_named(parts[0], files) != 1:
        return []
    for target in sorted(files.targets):
        for root in upwards(target):
            if not files.at(posixpath.join(root, "__init__.py")) and (
                module := _module(root, parts, name, files)
            ):
                return module
    return []


def _packages_named(name: str, files: Files) -> int:
    return sum(
        path.endswith(f"/{name}/__init__.py") or path == f"{name}/__init__.py"
        for path in files.tree.files()
    )
