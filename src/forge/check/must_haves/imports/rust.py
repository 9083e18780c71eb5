"""What Rust files use of each other: `mod`, `use` and paths written out, and which files of the
tree that means.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct, field

from forge.check.must_haves.code import grammars
from forge.check.must_haves.code.file import Code
from forge.check.must_haves.imports.model import Files, Import, Place

if TYPE_CHECKING:
    from tree_sitter import Node

_ROOTS = ("lib.rs", "main.rs")
_SCOPED = {"scoped_identifier", "scoped_type_identifier"}
_APART = ("tests", "examples", "benches")
_HERE = {"self", "super", "crate"}
_LONGEST = 64
_LONGEST_PATH = 400


def statements(code: Code) -> tuple[Import, ...] | None:
    """Return what a Rust file uses, None where no syntax tree is to be had.

    Sources read `crate::a::b`, `super::c`, `d::e`; a `mod x;` with a path of its own reads
    `file:other.rs`.
    """
    return _statements(code.text)


@lru_cache(maxsize=32)
def _statements(text: str) -> tuple[Import, ...] | None:
    tree = grammars.parse("rust", text.encode())
    if tree is None:
        return None
    return tuple(_Reading().read(tree.root_node))


class _Reading(Struct):
    """One pass over a syntax tree: the inline modules around the node at hand, and the attribute
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
        """Yield the import that `mod x;` is; step into `mod x { … }`."""
        name = grammars.text_of(node.child_by_field_name("name"))
        if node.child_by_field_name("body") is not None:
            self.inside.append((node.end_byte, name))
            return
        source = self.path_attribute(node) or "::".join(
            ["self", *(outer for _, outer in self.inside), name]
        )
        yield Import(grammars.line_of(node), source, "", name, _is_public(node))

    def path_attribute(self, node: Node) -> str:
        """Return `file:…` where `#[path = "…"]` stands on the line before a module, else
        nothing.
        """
        if (
            self.attribute is None
            or not 0 <= node.start_point.row - self.attribute.end_point.row <= 1
        ):
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
    """Yield each path of a use tree, its name here, and its line."""
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
    """Return a path as it reads at the top of the file, for one written inside inline modules."""
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


class _Crate(Struct, frozen=True):
    """A crate's root file, the folder that its modules lie in, and the modules on the way to the
    file at hand.
    """

    root: str
    folder: str
    module: tuple[str, ...] = ()


def places(found: Import, path: str, files: Files) -> list[Place]:
    """Return the files that a path used in the file at `path` leads to, with what is asked of
    each.
    """
    if found.source.startswith("file:"):
        there = files.at(posixpath.join(posixpath.dirname(path), found.source[5:]))
        return [Place(there)] if there else []
    parts = found.source.split("::") if found.source else []
    name = [] if found.name in ("", "*") else [found.name]
    crates = _crates(path, files)
    reached = [
        place for crate in crates for place in _reach(crate, [*parts, *name], found.name, files)
    ]
    return reached or _other_crate(
        [*parts, *name], found.name, (path, *sorted(files.targets)), files
    )


def _reach(crate: _Crate, parts: list[str], name: str, files: Files) -> list[Place]:
    """Follow a path from the file's own module or from the crate's root."""
    here = list(crate.module)
    first = parts[0] if parts else ""
    if first == "crate":
        return [_walk(crate, parts[1:], name, files)]
    if first in ("self", "super"):
        while parts and parts[0] in ("self", "super"):
            here = here[:-1] if parts[0] == "super" else here
            parts = parts[1:]
        return [_walk(crate, here + parts, name, files)]
    return (
        [_walk(crate, here + parts, name, files)]
        if first and _child(crate, [*here, first], files)
        else []
    )


def _walk(crate: _Crate, parts: list[str], name: str, files: Files) -> Place:
    """Go down the modules as far as there are files; what is left of the path is asked of the last
    one.
    """
    at, depth = crate.root, 0
    while depth < len(parts) and (below := _child(crate, parts[: depth + 1], files)):
        at, depth = below, depth + 1
    left = parts[depth:]
    return Place(at, left[0] if left else "*" if name == "*" else "")


def _child(crate: _Crate, parts: list[str], files: Files) -> str | None:
    base = posixpath.join(crate.folder, *parts)
    return files.at(f"{base}.rs") or files.at(f"{base}/mod.rs")


def _crates(path: str, files: Files) -> list[_Crate]:
    """Return the crates that a file can belong to: the library and the program of a package, or the
    file by itself.
    """
    home = files.above(path, "Cargo.toml")
    folder, name = posixpath.split(path)
    source = posixpath.join(home or "", "src")
    inside = posixpath.relpath(path, source) if path.startswith(source + "/") else ""
    if not inside or inside.startswith("bin/"):
        return _apart(path, folder, name, home, files)
    parts = inside.removesuffix(".rs").split("/")
    module = tuple(parts[:-1] if parts[-1] == "mod" or inside in _ROOTS else parts)
    roots = [root for file in _ROOTS if (root := files.at(posixpath.join(source, file)))]
    own = [path] if inside in _ROOTS else roots
    return [_Crate(root, source, module) for root in own or [path]]


def _apart(path: str, folder: str, name: str, home: str | None, files: Files) -> list[_Crate]:
    """Return the crate of a test, an example, a program in `src/bin`, or of a file without a
    manifest.
    """
    below = posixpath.relpath(folder, home) if home else folder
    if posixpath.basename(below) in (*_APART, "bin") or name in (*_ROOTS, "build.rs"):
        return [_Crate(path, folder)]
    for above in _above(folder):
        for file in (*_ROOTS, "mod.rs"):
            if root := files.at(posixpath.join(above, file)):
                parts = path[len(above) :].strip("/").removesuffix(".rs").split("/")
                return [_Crate(root, above, tuple(parts[:-1] if parts[-1] == "mod" else parts))]
    return [_Crate(path, folder)]


def _above(folder: str) -> Iterator[str]:
    for _ in range(_LONGEST):
        yield folder
        if not folder:
            return
        folder = posixpath.dirname(folder)


def _other_crate(parts: list[str], name: str, near: tuple[str, ...], files: Files) -> list[Place]:
    """Follow a path into the library of the file's own package, or of the package that a target
    belongs to.
    """
    for path in near:
        home = files.above(path, "Cargo.toml")
        if home is None or not parts or parts[0] != _library(home, files):
            continue
        crate = _Crate(posixpath.join(home, "src/lib.rs"), posixpath.join(home, "src"))
        return [_walk(crate, parts[1:], name, files)] if files.at(crate.root) else []
    return []


def _library(home: str, files: Files) -> str:
    """Return the name under which a package's library is used."""
    manifest = files.toml(posixpath.join(home, "Cargo.toml"))
    named = [
        table.get("name")
        for key in ("lib", "package")
        if isinstance(table := manifest.get(key), dict)
    ]
    return next((name.replace("-", "_") for name in named if isinstance(name, str)), "")
