"""Aliases of TypeScript and JavaScript projects: `paths` and `baseUrl` of tsconfig.json and
jsconfig.json.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from forge.check.must_haves.imports.model import Files, upwards

_NAMES = ("tsconfig.json", "jsconfig.json", "tsconfig.base.json", "tsconfig.app.json")
_MOST_FILES = 24


def bases(specifier: str, path: str, files: Files) -> Iterator[str]:
    """Yield the paths for a bare specifier in the file at `path`, nearest settings first."""
    for folder in upwards(path):
        for name in _NAMES:
            start = posixpath.join(folder, name)
            if files.at(start):
                for settings in _with_bases(start, files):
                    yield from _mapped(specifier, settings, files)


def _with_bases(start: str, files: Files) -> list[str]:
    """Return a settings file, those that it extends and those that it refers to."""
    paths: list[str] = []
    pending = [start]
    while pending and len(paths) < _MOST_FILES:
        path = pending.pop(0)
        if path not in paths and files.at(path) is not None:
            paths.append(path)
            pending += [
                place for other in _named(files.json(path)) for place in _other(other, path, files)
            ]
    return paths


def _named(settings: dict[str, object]) -> Iterator[str]:
    """Yield the settings files in `extends` and `references`."""
    extends, references = settings.get("extends"), settings.get("references")
    yield from (
        name
        for name in (extends if isinstance(extends, list) else [extends])
        if isinstance(name, str)
    )
    for item in references if isinstance(references, list) else []:
        if isinstance(item, dict) and isinstance(item.get("path"), str):
            yield item["path"]


def _other(name: str, path: str, files: Files) -> list[str]:
    """Return the possible paths of a settings file that another one names."""
    base = posixpath.join(posixpath.dirname(path), name)
    if not name.startswith("."):
        package = "/".join(name.split("/")[: 2 if name.startswith("@") else 1])
        home = files.packages.get(package)
        base = posixpath.join(home, name[len(package) + 1 :]) if home is not None else base
    base = posixpath.normpath(base)
    return (
        [base]
        if base.endswith(".json")
        else [f"{base}.json", posixpath.join(base, "tsconfig.json")]
    )


def _mapped(specifier: str, settings: str, files: Files) -> Iterator[str]:
    options = files.json(settings).get("compilerOptions")
    if not isinstance(options, dict):
        return
    root = options.get("baseUrl")
    folder = posixpath.dirname(settings)
    home = posixpath.join(folder, root) if isinstance(root, str) else folder
    table = options.get("paths")
    for pattern, targets in _fitting(specifier, table if isinstance(table, dict) else {}):
        before, _, after = pattern.partition("*")
        middle = specifier[len(before) : len(specifier) - len(after)]
        yield from (posixpath.join(home, target.replace("*", middle)) for target in targets)
    if isinstance(root, str):
        yield posixpath.join(home, specifier)


def _fitting(specifier: str, table: dict[str, object]) -> list[tuple[str, list[str]]]:
    """Return the matching aliases with their targets, longest first."""
    matching = []
    for pattern, targets in table.items():
        before, star, after = pattern.partition("*")
        room = len(specifier) >= len(before) + len(after)
        fits = (
            room and specifier.startswith(before) and specifier.endswith(after)
            if star
            else specifier == pattern
        )
        if fits and isinstance(targets, list):
            matching.append((pattern, [target for target in targets if isinstance(target, str)]))
    return sorted(matching, key=lambda item: -len(item[0].partition("*")[0]))
