"""Finds the files that a path in a Rust source leads to: modules of its crate, or another crate."""

from __future__ import annotations

import posixpath

from msgspec import Struct

from forge.check.must_haves.imports.model import Files, Import, Place, upwards

_ROOTS = ("lib.rs", "main.rs")
_OWN_CRATE_FOLDERS = ("tests", "examples", "benches", "bin")


class _Crate(Struct, frozen=True):
    """A crate's root file, the folder of its modules, and the module path of the current file."""

    root: str
    folder: str
    module: tuple[str, ...] = ()


def places(item: Import, path: str, files: Files) -> list[Place]:
    """Return the files that a path used in the file at `path` leads to, with the names used of
    each.
    """
    if item.source.startswith("file:"):
        target = files.at(posixpath.join(posixpath.dirname(path), item.source[5:]))
        return [Place(target)] if target else []
    parts = item.source.split("::") if item.source else []
    if item.name not in ("", "*"):
        parts.append(item.name)
    crates = _crates(path, files)
    reached = [place for crate in crates for place in _reach(crate, parts, item.name, files)]
    return reached or _other_crate(parts, item.name, (path, *sorted(files.targets)), files)


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
    """Follow the modules that are files; the rest of the path is a name in the last one."""
    at, depth = crate.root, 0
    while depth < len(parts) and (below := _child(crate, parts[: depth + 1], files)):
        at, depth = below, depth + 1
    left = parts[depth:]
    return Place(at, left[0] if left else "*" if name == "*" else "")


def _child(crate: _Crate, parts: list[str], files: Files) -> str | None:
    base = posixpath.join(crate.folder, *parts)
    return files.at(f"{base}.rs") or files.at(f"{base}/mod.rs")


def _crates(path: str, files: Files) -> list[_Crate]:
    """Return the crates that a file can belong to: the library and the program of a package, or
    only itself.
    """
    home = files.above(path, "Cargo.toml")
    folder, name = posixpath.split(path)
    source = posixpath.join(home or "", "src")
    inside = posixpath.relpath(path, source) if path.startswith(source + "/") else ""
    if not inside or inside.startswith("bin/"):
        return _own_crate(path, folder, name, home, files)
    parts = inside.removesuffix(".rs").split("/")
    module = tuple(parts[:-1] if parts[-1] == "mod" or inside in _ROOTS else parts)
    roots = [root for file in _ROOTS if (root := files.at(posixpath.join(source, file)))]
    own = [path] if inside in _ROOTS else roots
    return [_Crate(root, source, module) for root in own or [path]]


def _own_crate(path: str, folder: str, name: str, home: str | None, files: Files) -> list[_Crate]:
    """Return the crate of a test, an example, a program in `src/bin`, or a lone file."""
    below = posixpath.relpath(folder, home) if home else folder
    if posixpath.basename(below) in _OWN_CRATE_FOLDERS or name in (*_ROOTS, "build.rs"):
        return [_Crate(path, folder)]
    for above in upwards(path):
        for file in (*_ROOTS, "mod.rs"):
            if root := files.at(posixpath.join(above, file)):
                parts = path[len(above) :].strip("/").removesuffix(".rs").split("/")
                return [_Crate(root, above, tuple(parts[:-1] if parts[-1] == "mod" else parts))]
    return [_Crate(path, folder)]


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
