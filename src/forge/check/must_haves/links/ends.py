"""Reads what the `from` or the `to` of a key link names: files of the tree, a missing file, or
words.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from forge.check.must_haves.code.file import as_lines, read
from forge.check.must_haves.imports import specifiers
from forge.check.must_haves.imports.model import Files
from forge.check.must_haves.links.globs import is_glob, matching
from forge.check.must_haves.links.suffixes import has_suffix
from forge.git.objects.tree import Tree
from forge.planning.plan.scope import clean, leaves, placeholder

_LONGEST = 1000
_MOST_WORDS = 10
_MOST_PATHS = 2000
_MOST_BYTES = 2_000_000  # of a settings file that maps specifiers to paths
_PART = re.compile(r"::|[:#]")
_TYPE_NAME = re.compile(r"(?P<name>[A-Za-z_]\w*)(?:(?:\.|::|#|->)\w+)*(?:\([^()]*\))?")

EndKind = Literal["files", "several", "alike", "folder", "absent", "outside", "broken", "words"]


class End(Struct, frozen=True):
    """One end of a link: `text` as it was read, `paths` of the tree that it names, `rest` the text
    after the path.

    `several`: a name without a folder that several files have. `alike`: nothing is at the path, but
    files elsewhere end in it. `note` describes how the text was read; `guessed` says that only a
    type's name led to the file.
    """

    kind: EndKind
    text: str
    paths: tuple[str, ...] = ()
    rest: str = ""
    note: str = ""
    guessed: bool = False


def end_of(text: str, tree: Tree, beside: str = "") -> End:
    """Return what a `from` or a `to` names; a `to` can be relative to the file `beside`, from which
    the link starts.
    """
    path, annotation = clean(" ".join(as_lines(text).split()))
    note = f"without the note `{annotation}`" if annotation else ""
    if not path or len(path) > _LONGEST or "\0" in path:
        return End("words", path[:_LONGEST], note=note)
    end = _path(path, tree, beside) or _missing(path, tree) or End("words", path)
    return replace(end, note="; ".join(part for part in (note, end.note) if part))


def _path(path: str, tree: Tree, beside: str) -> End | None:
    readings = list(_readings(path))
    for head, rest in readings:
        end = _literal(head, rest, tree, beside)
        if end is not None:
            return end
    for head, rest in readings:
        end = _globbed(head, rest, tree) or _by_name(head, rest, tree)
        if end is not None:
            return end
    return None


def _readings(path: str) -> Iterator[tuple[str, str]]:
    """Yield path and rest, the longest path first: `src/a.ts main()`, `src/a.rs::run`, `a.js#load`,
    `a.go:12`.
    """
    words = path.split(" ")
    for count in range(min(len(words), _MOST_WORDS), 0, -1):
        head, rest = " ".join(words[:count]).rstrip(",;"), " ".join(words[count:])
        yield head, rest
        part = _PART.search(head)
        if part and part.start():
            yield head[: part.start()], f"{head[part.end() :]} {rest}".strip()


def _literal(head: str, rest: str, tree: Tree, beside: str) -> End | None:
    """Return the file or folder at a path, from the root or relative to the file beside it."""
    above = head.startswith("../")
    places = [head] if not beside or not above else []
    if beside:
        places.append(posixpath.normpath(posixpath.join(posixpath.dirname(beside), head)))
    for place in places:
        end = _at(place, head, rest, tree)
        if end is not None:
            return end
    if leaves(head) and not rest and " " not in head and not (beside and above):
        return End("outside", head, (head,))
    return _compiled(head, rest, tree, beside) if beside else None


def _at(place: str, head: str, rest: str, tree: Tree) -> End | None:
    """Return the end for the tree's entry at a path, None if it has none that fits."""
    if leaves(place):
        return None
    kind = tree.entry(place).kind
    if kind == "file" and not place.endswith("/"):
        return End("files", head, (place,), rest, "" if place == head else f"read as `{place}`")
    if kind == "folder" and ("/" in head or not rest):
        return End("folder", head, (place.rstrip("/"),), rest)
    if kind in ("special", "missing", "unreadable", "outside", "submodule"):
        return End("outside" if kind == "outside" else "broken", head, (place,), rest)
    return None


def _compiled(head: str, rest: str, tree: Tree, beside: str) -> End | None:
    """Return the source file for a path without extension, or with that of its compiled form."""
    if "/" not in head or " " in head:
        return None
    files = Files(tree, _MOST_BYTES)
    path = files.first(specifiers.written(head)) or specifiers.resolve(head, beside, files)
    return End("files", head, (path,), rest, f"read as `{path}`") if path else None


def _globbed(head: str, rest: str, tree: Tree) -> End | None:
    """Return the files that a glob matches from the root, otherwise from any folder."""
    if " " in head or not is_glob(head) or leaves(head) or not ("/" in head or has_suffix(head)):
        return None
    glob = posixpath.normpath(head)
    paths = matching(glob, tree)
    if not paths and not posixpath.splitext(glob)[1]:
        paths = matching(f"{glob}.*", tree)
    if paths:
        note = f"matches {len(paths)} files" if len(paths) > 1 else ""
        return End("files", head, paths, rest, note)
    deeper = matching(f"**/{glob}", tree)
    if deeper:
        return End("alike", head, deeper, rest)
    return End("absent", head, (head,), rest, "no file matches")


def _by_name(head: str, rest: str, tree: Tree) -> End | None:
    """Return the files of a name that is given without its folder."""
    if "/" in head or " " in head or not has_suffix(head):
        return None
    paths = tuple(Files(tree, 0).named(head))
    if not paths:
        return None
    if len(paths) == 1:
        return End("files", head, paths, rest, f"read as `{paths[0]}`, the only file of that name")
    return End("several", head, paths, rest)


def _missing(path: str, tree: Tree) -> End | None:
    """Return the end for a text that can only be the path of a missing file."""
    first = path.partition(" ")[0]
    head = first if "/" in first else path
    part = _PART.search(head)
    head = head[: part.start()] if part and part.start() else head
    if not _can_only_be_a_path(head):
        return None
    alike = tuple(file for file in tree.files() if file.endswith(f"/{head}"))
    if alike:
        return End("alike", head, alike[:_MOST_PATHS])
    return End("absent", head, (head,), "", "write `/` in paths" if "\\" in head else "")


def _can_only_be_a_path(text: str) -> bool:
    if " " in text or "$" in text or text.startswith("@") or leaves(text) or placeholder(text):
        return False
    return has_suffix(text) or text.endswith("/")


def by_type_name(text: str, tree: Tree, limit: int) -> End | None:
    """Return the one file that is named after a type or function and contains it:
    `AuthService.login()`, `run_export`.
    """
    match = _TYPE_NAME.fullmatch(text.strip())
    name = match["name"] if match else ""
    if not name or not (any(char.isupper() for char in name[1:]) or "_" in name.strip("_")):
        return None
    wanted = _folded(name)
    paths = [path for path in tree.files() if has_suffix(path) and _folded(_stem(path)) == wanted]
    code = read(tree, paths[0], limit) if len(paths) == 1 else ""
    if isinstance(code, str) or not re.search(rf"\b{re.escape(name)}\b", code.bare):
        return None
    note = f"read as `{paths[0]}`, the only file of that name"
    return End("files", text, (paths[0],), "", note, True)


def _stem(path: str) -> str:
    return posixpath.basename(path).partition(".")[0]


def _folded(name: str) -> str:
    return re.sub(r"[_-]", "", name).lower()
