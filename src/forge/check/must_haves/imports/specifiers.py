"""Resolves JavaScript module specifiers to files: extensions, tsconfig paths, workspaces."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from forge.check.must_haves.imports import tsconfig
from forge.check.must_haves.imports.model import Files

_EXTENSIONS = (
    ".ts",
    ".tsx",
    ".d.ts",
    ".js",
    ".jsx",
    ".mjs",
    ".cjs",
    ".mts",
    ".cts",
    ".json",
    ".vue",
    ".svelte",
    ".astro",
)
_WRITTEN_AS = {
    ".js": (".ts", ".tsx", ".jsx", ".d.ts"),
    ".jsx": (".tsx",),
    ".mjs": (".mts", ".d.mts"),
    ".cjs": (".cts", ".d.cts"),
    ".d.ts": (".ts", ".tsx"),
}
_ENTRIES = ("source", "module", "main", "types", "typings", "svelte", "browser")
_BUILT = ("dist", "build", "lib", "out", "esm", "cjs", "es")
_BY_CUSTOM = {
    "@/": ("src", "app", ""),
    "~/": ("src", "app", ""),
    "$lib/": ("src/lib",),
    "@@/": ("",),
    "~~/": ("",),
}
_DEEPEST = 8


def resolve(specifier: str, path: str, files: Files) -> str | None:
    """Return the file that a specifier in the file at `path` leads to, None if it cannot be
    resolved by the repository's files.
    """
    specifier = specifier.rpartition("!")[2].partition("?")[0]
    return files.first(_candidates(specifier, path, files)) if specifier else None


def _candidates(specifier: str, path: str, files: Files) -> Iterator[str]:
    if specifier.startswith("."):
        yield from written(posixpath.join(posixpath.dirname(path), specifier))
        return
    if specifier.startswith("/"):
        home = files.above(path, "package.json") or ""
        for folder in ("", "public", "static"):
            yield from written(posixpath.join(home, folder, specifier.lstrip("/")))
        return
    for base in tsconfig.bases(specifier, path, files):
        yield from written(base)
    yield from _own(specifier, path, files)
    yield from _package(specifier, files)
    yield from _customary(specifier, path, files)


def written(base: str) -> Iterator[str]:
    """Yield the files that a path without an extension, or with a compiled one, can mean."""
    yield base
    for extension, others in _WRITTEN_AS.items():
        if base.endswith(extension):
            yield from (base[: -len(extension)] + other for other in others)
    yield from (base + extension for extension in _EXTENSIONS)
    yield from (f"{base}/index{extension}" for extension in _EXTENSIONS)


def _own(specifier: str, path: str, files: Files) -> Iterator[str]:
    """Yield the files for `#name` by the `imports` of the nearest package.json."""
    home = files.above(path, "package.json") if specifier.startswith("#") else None
    if home is not None:
        table = files.json(posixpath.join(home, "package.json")).get("imports")
        yield from _mapped(specifier, table, home)


def _package(specifier: str, files: Files) -> Iterator[str]:
    """Yield the files for a bare specifier that names a package of this repository."""
    scoped = 2 if specifier.startswith("@") else 1
    name = "/".join(specifier.split("/")[:scoped])
    if name not in files.packages:
        return
    home, inside = files.packages[name], specifier[len(name) + 1 :]
    manifest = files.json(posixpath.join(home, "package.json"))
    yield from _mapped(f"./{inside}" if inside else ".", manifest.get("exports"), home)
    if inside:
        yield from written(posixpath.join(home, inside))
        yield from written(posixpath.join(home, "src", inside))
        return
    for entry in (manifest.get(key) for key in _ENTRIES):
        yield from _built(entry, home) if isinstance(entry, str) else ()
    for folder in ("", "src", "lib"):
        yield from written(posixpath.join(home, folder, "index"))


def _mapped(wanted: str, table: object, home: str) -> Iterator[str]:
    """Yield the files that an `exports` or `imports` table maps a subpath to."""
    if not isinstance(table, dict) or not any(str(key).startswith((".", "#")) for key in table):
        table = {".": table}
    for key, value in table.items():
        before, star, after = str(key).partition("*")
        fits = wanted == key if not star else wanted.startswith(before) and wanted.endswith(after)
        if not fits:
            continue
        middle = wanted[len(before) : len(wanted) - len(after)] if star else ""
        for target in _strings(value, _DEEPEST):
            yield from _built(target.replace("*", middle), home)


def _strings(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif depth and isinstance(value, (dict, list)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _strings(item, depth - 1)


def _built(target: str, home: str) -> Iterator[str]:
    """Yield the files for a target of a package.json; a built file comes from `src` or the root."""
    target = posixpath.normpath(target)
    yield from written(posixpath.join(home, target))
    first, _, rest = target.partition("/")
    if first in _BUILT and rest:
        for folder in ("src", ""):
            yield from written(posixpath.join(home, folder, rest))


def _customary(specifier: str, path: str, files: Files) -> Iterator[str]:
    """Yield the files that `@/x` and similar specifiers mean by convention: bundlers are configured
    in code, which is not read.
    """
    for mark, folders in _BY_CUSTOM.items():
        if specifier.startswith(mark):
            home = files.above(path, "package.json") or ""
            for folder in folders:
                yield from written(posixpath.join(home, folder, specifier[len(mark) :]))
