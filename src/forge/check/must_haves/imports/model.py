"""The import of a source file and the files that imports lead to, for all languages."""

from __future__ import annotations

import json
import posixpath
import tomllib
from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import cached_property

from msgspec import Struct, field

from forge.check.must_haves.code.file import Code, read
from forge.check.must_haves.code.masking import masked
from forge.git.objects.tree import Tree
from forge.planning.plan.scope import leaves

MOST_PARSED = 2 << 20
_MOST_MANIFESTS = 400
_DEEPEST_FOLDER = 40


class Import(Struct, frozen=True):
    """One name that a source file imports.

    `source` is the module as written, `name` the imported name (empty for the module itself, `*`
    for everything), `local` its name in this file, `public` whether other files can import it from
    here.
    """

    line: int
    source: str
    name: str = ""
    local: str = ""
    public: bool = False


class Place(Struct, frozen=True):
    """A file that an import leads to, and the imported name (empty or `*` as in Import)."""

    path: str
    name: str = ""


class Files(Struct, dict=True):
    """The files of a tree for one look-up, cached; `targets` are the paths that a link should lead
    to.
    """

    tree: Tree
    limit: int
    targets: frozenset[str] = frozenset()
    _read: dict[str, Code | None] = field(default_factory=dict)
    _at: dict[str, str | None] = field(default_factory=dict)
    _data: dict[str, dict[str, object]] = field(default_factory=dict)

    def at(self, path: str) -> str | None:
        """Return the path of the regular file at a path, following links; None if it is missing."""
        if path not in self._at:
            plain = posixpath.normpath(path) if path else "."
            entry = None if plain == "." or leaves(plain) else self.tree.entry(plain)
            self._at[path] = entry.path if entry and entry.kind == "file" else None
        return self._at[path]

    def first(self, paths: Iterator[str]) -> str | None:
        """Return the first of the paths that is a file."""
        return next((file for path in paths if (file := self.at(path))), None)

    def code(self, path: str) -> Code | None:
        """Return a file as text, None if it cannot be read."""
        if path not in self._read:
            code = read(self.tree, path, min(self.limit, MOST_PARSED))
            self._read[path] = code if isinstance(code, Code) else None
        return self._read[path]

    def inside(self, folder: str) -> list[str]:
        """Return the files directly in a folder."""
        start = f"{folder}/" if folder else ""
        paths = self.tree.files()
        at = bisect_left(paths, start)
        files = []
        while at < len(paths) and paths[at].startswith(start):
            if "/" not in paths[at][len(start) :]:
                files.append(paths[at])
            at += 1
        return files

    def named(self, name: str) -> list[str]:
        """Return the files with a base name, in any folder."""
        return [
            path
            for path in self.tree.files()
            if path.endswith(name) and posixpath.basename(path) == name
        ]

    def above(self, path: str, name: str) -> str | None:
        """Return the nearest folder at or above a file's that contains a file `name`; the root is
        the empty string.
        """
        return next(
            (folder for folder in upwards(path) if self.at(posixpath.join(folder, name))), None
        )

    def json(self, path: str) -> dict[str, object]:
        """Return the object in a JSON file with comments and trailing commas; empty if it cannot be
        read.
        """
        return self._parsed(path, lambda text: json.loads(_plain_json(text)))

    def toml(self, path: str) -> dict[str, object]:
        """Return the table in a TOML file, empty if it cannot be read."""
        return self._parsed(path, tomllib.loads)

    def _parsed(self, path: str, parse: Callable[[str], object]) -> dict[str, object]:
        if path not in self._data:
            code = self.code(path) if self.at(path) else None
            try:
                data = parse(code.text) if code else {}
            except (ValueError, RecursionError):
                data = {}
            self._data[path] = data if isinstance(data, dict) else {}
        return self._data[path]

    @cached_property
    def packages(self) -> dict[str, str]:
        """The folders of the repository's packages, by the names in their package.json."""
        manifests = [path for path in self.named("package.json") if "node_modules/" not in path][
            :_MOST_MANIFESTS
        ]
        named = ((self.json(path).get("name"), posixpath.dirname(path)) for path in manifests)
        return {name: folder for name, folder in named if isinstance(name, str)}


def upwards(path: str) -> Iterator[str]:
    """Yield the folder of a file and each one above it; the last is the empty string, the root."""
    folder = posixpath.dirname(path)
    for _ in range(_DEEPEST_FOLDER):
        yield folder
        if not folder:
            return
        folder = posixpath.dirname(folder)


def _plain_json(text: str) -> str:
    """Return JSON without comments and trailing commas."""
    code = masked("x.json", text, strings=False) or text
    out, comma = list(code), -1
    for at, char in enumerate(masked("x.js", code) or code):
        if char in "]}" and comma >= 0:
            out[comma] = " "
        if not char.isspace():
            comma = at if char == "," else -1
    return "".join(out)
