"""What the languages share: an import as it stands in a source, and the files that imports are
looked up among.
"""

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
    """One name that a source file takes from elsewhere.

    `source` is the module as written, `name` what is asked of it (empty for the module itself, `*`
    for everything), `local` what it is called here, `public` whether other files can get it from
    here.
    """

    line: int
    source: str
    name: str = ""
    local: str = ""
    public: bool = False


class Place(Struct, frozen=True):
    """A file that an import leads to, and the name asked of that file (empty or `*` as in
    Import).
    """

    path: str
    name: str = ""


class Files(Struct, dict=True):
    """The files of a tree for one look-up; `targets` are the paths that the link should lead to."""

    tree: Tree
    limit: int
    targets: frozenset[str] = frozenset()
    _read: dict[str, Code | None] = field(default_factory=dict)
    _at: dict[str, str | None] = field(default_factory=dict)
    _data: dict[str, dict[str, object]] = field(default_factory=dict)

    def at(self, path: str) -> str | None:
        """Return the path of the regular file at a path, links followed, None where there is
        none.
        """
        if path not in self._at:
            plain = posixpath.normpath(path) if path else "."
            entry = None if plain == "." or leaves(plain) else self.tree.entry(plain)
            self._at[path] = entry.path if entry and entry.kind == "file" else None
        return self._at[path]

    def first(self, paths: Iterator[str]) -> str | None:
        """Return the first of the paths that is a file."""
        return next((found for path in paths if (found := self.at(path))), None)

    def code(self, path: str) -> Code | None:
        """Return a file as text, None where it cannot be had."""
        if path not in self._read:
            found = read(self.tree, path, min(self.limit, MOST_PARSED))
            self._read[path] = found if isinstance(found, Code) else None
        return self._read[path]

    def inside(self, folder: str) -> list[str]:
        """Return the files directly in a folder."""
        start = f"{folder}/" if folder else ""
        paths = self.tree.files()
        at = bisect_left(paths, start)
        found = []
        while at < len(paths) and paths[at].startswith(start):
            if "/" not in paths[at][len(start) :]:
                found.append(paths[at])
            at += 1
        return found

    def named(self, name: str) -> list[str]:
        """Return the files of that base name, wherever they lie."""
        return [
            path
            for path in self.tree.files()
            if path.endswith(name) and posixpath.basename(path) == name
        ]

    def above(self, path: str, name: str) -> str | None:
        """Return the nearest folder at or above a file's that holds a file `name`; the root is the
        empty string.
        """
        return next(
            (folder for folder in upwards(path) if self.at(posixpath.join(folder, name))), None
        )

    def json(self, path: str) -> dict[str, object]:
        """Return a JSON file, comments and trailing commas allowed; empty where there is none or it
        is no mapping.
        """
        return self._parsed(path, lambda text: json.loads(_plain_json(text)))

    def toml(self, path: str) -> dict[str, object]:
        """Return a TOML file, empty where there is none."""
        return self._parsed(path, tomllib.loads)

    def _parsed(self, path: str, parse: Callable[[str], object]) -> dict[str, object]:
        if path not in self._data:
            code = self.code(path) if self.at(path) else None
            try:
                found = parse(code.text) if code else {}
            except (ValueError, RecursionError):
                found = {}
            self._data[path] = found if isinstance(found, dict) else {}
        return self._data[path]

    @cached_property
    def packages(self) -> dict[str, str]:
        """The folder of each package of the repository, by the name that its package.json gives."""
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
    for at, sign in enumerate(masked("x.js", code) or code):
        if sign in "]}" and comma >= 0:
            out[comma] = " "
        if not sign.isspace():
            comma = at if sign == "," else -1
    return "".join(out)
