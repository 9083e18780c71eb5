"""Paths as plans write them, and which files a plan may write."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable
from functools import cached_property, lru_cache

from msgspec import Struct

from forge.planning.plan.stage import names_a_path
from forge.text.finding import Finding
from forge.text.pattern import BadPattern, Pattern, compile_pattern, searchable
from forge.text.source import Source, Span
from forge.text.yaml.parse import Value

_ANNOTATION = re.compile(r"(?<!\s)\s+[(\[（—–#].*$|(?<!\s)\s+-\s.*$|（.*$", re.S)
_STRETCH = re.compile(r"([^{}]*+)([{}]?)")
_WHOLLY_ASIDE = re.compile(r"[(（].*[)）]$|n/a\b.*|none\b.*", re.I | re.S)
_SPAN = re.compile(r"`([^`]+)`")
_BRACES = re.compile(r"(?<!\{)\{((?=[^{},\s]*,)[^{}\s]*+)\}(?!\})")
_PLACEHOLDER = re.compile(
    r"<[^<>/]*>|(?<!\{)\{[^{},/]*\}(?!\})|Y{4}[\w-]*|(?<![A-Za-z])X{3,}(?![A-Za-z])"
)
_DRIVE = re.compile(r"[A-Za-z]:[/\\]")


def clean(text: str) -> tuple[str, str]:
    """Return the path in a text, without `./`, and the note after it (`src/a.py (new)`); either may
    be empty.
    """
    bare = text.strip().strip("`\"'").strip()
    bare = re.sub(r"^[-*]\s+", "", bare).strip("`\"'")
    path = _ANNOTATION.sub("", bare).strip("`\"' ")
    note = bare[len(path) :].strip(" `\"'")
    return re.sub(r"\A(?:\./)+", "", path), note


def paths_in(text: str) -> list[str]:
    """Return the paths in a `<files>` text or in one entry of a list, without notes.

    Commas and line ends separate paths.
    """
    paths = []
    for item in _entries(text):
        if not item.strip() or _WHOLLY_ASIDE.fullmatch(item.strip()):
            continue
        path, _ = clean(item)
        words = path.split()
        several = len(words) > 1 and "{{" not in path and all(names_a_path(word) for word in words)
        paths += words if several else [path] if path else []
    return paths


def _items(text: str) -> list[str]:
    """Split a text at line ends, and at commas that are not in braces (`src/{a,b}.py` is one
    item).
    """
    items: list[list[str]] = [[]]
    for stretch, brace in _STRETCH.findall(text):
        first, *more = re.split(r"\n" if brace == "}" else r"[,\n]", stretch)
        items[-1].append(first)
        items += [[part] for part in more]
        items[-1].append(brace)
    return ["".join(parts) for parts in items]


def _entries(text: str) -> list[str]:
    """Return the entries of a file list; each of several code spans in one item is an entry, and
    `{a,b}` is two.
    """
    entries: list[str] = []
    for item in _items(text):
        spans = _SPAN.findall(item)
        parts = spans if len(spans) > 1 else [item]
        entries += [expanded for part in parts for expanded in _braces(part)]
    return entries


def _braces(text: str) -> list[str]:
    match = _BRACES.search(text)
    if match is None:
        return [text]
    return [f"{text[: match.start()]}{part}{text[match.end() :]}" for part in match[1].split(",")]


def deletes_in(text: str) -> list[str]:
    """Return the paths of a file list with a note that they are deleted: `old.py (delete)`."""
    items = [clean(item) for item in re.split(r"[,\n]", text)]
    return [
        path
        for path, note in items
        if path and re.search(r"delet|remov|renam|mov(?:e|ed|ing)\b", note, re.I)
    ]


def leaves(path: str) -> bool:
    """Return whether a path, as written, leads out of the repository."""
    if path.startswith(("/", "~", "\\\\")) or _DRIVE.match(path):
        return True
    return posixpath.normpath(path).split("/")[0] == ".."


def placeholder(path: str) -> str | None:
    """Return the part of a path that is a placeholder for an unknown name: `<run-id>`, `{date}`,
    `YYYYMMDD_add.sql`, `XXX`; else None.

    Square brackets are ordinary characters (`[slug]/page.tsx`), and braces with a comma are
    choices.
    """
    match = _PLACEHOLDER.search(path)
    return match[0] if match else None


def outside(source: Source, front: Value) -> list[Finding]:
    """Return a finding for each path of the front matter that leads out of the repository."""
    return [
        source.finding(
            "path-outside",
            "error",
            span,
            f"`{path}` leaves the repository",
            "name paths relative to the repository's root",
            blocks=True,
        )
        for path, span in _declared(front)
        if leaves(path)
    ]


def _declared(front: Value) -> Iterable[tuple[str, Span]]:
    for key in ("files_modified", "files_deleted"):
        value = front.get(key)
        for element in value.elements() if value else []:
            if not isinstance(element.data, (dict, list)):
                yield from ((path, element.span) for path in paths_in(element.raw))


class WriteScope(Struct, frozen=True, dict=True):
    """The paths and globs that a plan may write.

    Only `*` and `?` are special; brackets are ordinary characters, as in `[id]/page.tsx`.
    """

    paths: tuple[str, ...]

    @classmethod
    def of(cls, paths: Iterable[str]) -> WriteScope:
        """Return the scope of the given paths, in order, without duplicates."""
        return cls(
            tuple(
                dict.fromkeys(
                    posixpath.normpath(path) for path in paths if path and not leaves(path)
                )
            )
        )

    @cached_property
    def _globbed(self) -> Callable[[str], bool]:
        return matcher(path for path in self.paths if "*" in path or "?" in path)

    @cached_property
    def _exact(self) -> frozenset[str]:
        return frozenset(self.paths)

    def covers(self, path: str) -> bool:
        """Return whether a file is in the scope: named, below a named folder, or matched by a
        glob.
        """
        parts = path.split("/")
        if any("/".join(parts[:end]) in self._exact for end in range(1, len(parts) + 1)):
            return True
        return self._globbed(path)


def matcher(globs: Iterable[str]) -> Callable[[str], bool]:
    """Return a function that returns whether any of the globs matches a path, in linear time.

    A glob that is too large to compile matches nothing.
    """
    return _matcher(tuple(globs))


@lru_cache(maxsize=64)
def _matcher(globs: tuple[str, ...]) -> Callable[[str], bool]:
    forms = [form for form in map(glob_regex, globs) if _compiled(form) is not None]
    joined = _compiled("|".join(f"(?:{form})" for form in forms)) if forms else None
    compiled = (
        [joined]
        if joined is not None
        else [pattern for form in forms if (pattern := _compiled(form)) is not None]
    )
    return lambda path: any(glob.fullmatch(searchable(path)) for glob in compiled)


@lru_cache(maxsize=1024)
def _compiled(regex: str) -> Pattern | None:
    try:
        return compile_pattern(regex)
    except BadPattern:
        return None


def glob_regex(glob: str) -> str:
    """Return the regular expression of a glob: `**` crosses folders, `*` and `?` do not."""
    out, at = "", 0
    while at < len(glob):
        if glob.startswith("**/", at):
            out, at = out + "(?:.*/)?", at + 3
        elif glob.startswith("**", at):
            out, at = out + ".*", at + 2
        else:
            out += {"*": "[^/]*", "?": "[^/]"}.get(glob[at], re.escape(glob[at]))
            at += 1
    return out
