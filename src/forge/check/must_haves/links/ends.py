"""What the `from` and the `to` of a key link name: files of the tree, a file that is not there, or
words.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from forge.check.must_haves.code.file import as_lines, read
from forge.check.must_haves.imports import specifiers
from forge.check.must_haves.imports.model import Files
from forge.git.objects.tree import Tree
from forge.planning.plan.scope import clean, glob_regex, leaves, placeholder
from forge.text.pattern import BadPattern, compile_pattern

_LONGEST = 1000
_MOST_WORDS = 10
_MOST_GLOBBED = 2000
# Endings of files that plans name without a folder; the last part of a symbol (`db.transaction`) is
# none of them.
_ENDINGS = """
    astro bash bat c cc cfg cjs clj cmake cmd conf cpp cs csproj css csv cts cxx dart ejs erb ex exs
    fish go gradle graphql h hbs hpp hs htm html ini ipynb java jinja2 jl js json json5 jsonc jsonl
    jsx kt kts less lua md mdx mjs mk ml mm mts nix php pl plist prisma properties proto ps1 py pyi
    qml rb rs rst sass scala scss sh sol sql sqlite svelte svg swift tcl tf toml ts tsv tsx txt vue
    wasm xaml xcconfig xml yaml yml zig zsh
"""
_SUFFIXES = frozenset(_ENDINGS.split())
_CHOICE = re.compile(r"\{([^{},/]*(?:,[^{},/]*)+)\}")
_TYPE_NAME = re.compile(r"(?P<name>[A-Za-z_]\w*)(?:(?:\.|::|#|->)\w+)*(?:\([^()]*\))?")

EndKind = Literal["files", "several", "alike", "folder", "absent", "outside", "broken", "words"]


class End(Struct, frozen=True):
    """One end of a link: `text` as it was read, `paths` of the tree that it names, `rest` what
    stands behind the path.

    `several`: a name without a folder that several files have. `alike`: nothing stands at the path,
    but files elsewhere end in it. `note` tells people how the text was read; `guessed` says that
    only a type's name led here.
    """

    kind: EndKind
    text: str
    paths: tuple[str, ...] = ()
    rest: str = ""
    note: str = ""
    guessed: bool = False


def end_of(text: str, tree: Tree, beside: str = "") -> End:
    """Return what a `from` or a `to` names; a `to` can be relative to the file `beside` which the
    link starts at.
    """
    path, annotation = clean(" ".join(as_lines(text).split()))
    note = f"without the note `{annotation}`" if annotation else ""
    if not path or len(path) > _LONGEST or "\0" in path:
        return End("words", path[:_LONGEST], note=note)
    readings = list(_readings(path))
    for head, rest in readings:
        found = _literal(head, rest, tree, beside)
        if found is not None:
            return _noted(found, note)
    for head, rest in readings:
        found = _globbed(head, rest, tree) or _by_name(head, rest, tree)
        if found is not None:
            return _noted(found, note)
    return _noted(_absent(path, tree) or End("words", path), note)


def _noted(end: End, note: str) -> End:
    both = "; ".join(part for part in (note, end.note) if part)
    return End(end.kind, end.text, end.paths, end.rest, both, end.guessed)


def _readings(path: str) -> Iterator[tuple[str, str]]:
    """Yield path and rest, the longest path first: `src/a.ts main()`, `src/a.rs::run`, `a.js#load`,
    `a.go:12`.
    """
    words = path.split(" ")
    for count in range(min(len(words), _MOST_WORDS), 0, -1):
        head, rest = " ".join(words[:count]).rstrip(",;"), " ".join(words[count:])
        yield head, rest
        inner = re.search(r"::|[:#]", head)
        if inner and inner.start():
            yield head[: inner.start()], f"{head[inner.end() :]} {rest}".strip()


def _literal(head: str, rest: str, tree: Tree, beside: str) -> End | None:
    """Return the file or folder at a path, as it stands or relative to the file beside it."""
    folder = posixpath.dirname(beside)
    places = [head] if not beside or not head.startswith("../") else []
    places += [posixpath.normpath(posixpath.join(folder, head))] if beside else []
    for place in places:
        if leaves(place):
            continue
        kind = tree.entry(place).kind
        if kind == "file" and not place.endswith("/"):
            return End("files", head, (place,), rest, "" if place == head else f"read as `{place}`")
        if kind == "folder" and ("/" in head or not rest):
            return End("folder", head, (place.rstrip("/"),), rest)
        if kind in ("special", "missing", "unreadable", "outside", "submodule"):
            return End("outside" if kind == "outside" else "broken", head, (place,), rest)
    if leaves(head) and not rest and " " not in head and not (beside and head.startswith("../")):
        return End("outside", head, (head,))
    return _compiled(head, rest, tree, beside) if beside else None


def _compiled(head: str, rest: str, tree: Tree, beside: str) -> End | None:
    """Return the source that a path without an extension, or with that of its compiled form, stands
    for.
    """
    if "/" not in head or " " in head:
        return None
    files = Files(tree, _LONGEST * 2000)
    there = files.first(specifiers.written(head)) or specifiers.resolve(head, beside, files)
    return End("files", head, (there,), rest, f"read as `{there}`") if there else None


def _globbed(head: str, rest: str, tree: Tree) -> End | None:
    """Return the files that a glob matches, from the root or, failing that, from any folder."""
    is_glob = "*" in head or "?" in head or _CHOICE.search(head)
    if " " in head or not is_glob or leaves(head) or not ("/" in head or has_suffix(head)):
        return None
    glob = posixpath.normpath(head)
    paths = _matching(glob, tree) or (
        () if posixpath.splitext(glob)[1] else _matching(f"{glob}.*", tree)
    )
    if paths:
        return End(
            "files", head, paths, rest, f"matches {len(paths)} files" if len(paths) > 1 else ""
        )
    deeper = _matching(f"**/{glob}", tree)
    return (
        End("alike", head, deeper, rest)
        if deeper
        else End("absent", head, (head,), rest, "no file matches")
    )


def _matching(glob: str, tree: Tree) -> tuple[str, ...]:
    try:
        pattern = compile_pattern(rf"\A(?s:{_choices(glob)})\z")
    except BadPattern:
        return ()
    return tuple(path for path in tree.files() if _is_text(path) and pattern.search(path))[
        :_MOST_GLOBBED
    ]


def _choices(glob: str) -> str:
    """Return the regular expression of a glob in which `{a,b}` stands for one of several."""
    parts, at = [], 0
    for choice in _CHOICE.finditer(glob):
        options = "|".join(glob_regex(option) for option in choice[1].split(","))
        parts += [glob_regex(glob[at : choice.start()]), f"(?:{options})"]
        at = choice.end()
    return "".join([*parts, glob_regex(glob[at:])])


def _is_text(path: str) -> bool:
    """Say whether a path can be given to RE2: it takes no text that UTF-8 cannot say."""
    return path.isascii() or not any("\ud800" <= sign <= "\udfff" for sign in path)


def _by_name(head: str, rest: str, tree: Tree) -> End | None:
    """Return the files called so, for a name that is given without its folder."""
    if "/" in head or " " in head or not has_suffix(head):
        return None
    paths = tuple(Files(tree, 0).named(head))
    if not paths:
        return None
    if len(paths) == 1:
        return End("files", head, paths, rest, f"read as `{paths[0]}`, the only file of that name")
    return End("several", head, paths, rest)


def has_suffix(path: str) -> bool:
    """Say whether a name ends as names of files do."""
    return posixpath.splitext(path)[1][1:].lower() in _SUFFIXES


def _absent(path: str, tree: Tree) -> End | None:
    """Return the end for a text that can only be a path, where no such file is."""
    first = path.partition(" ")[0]
    head = first if "/" in first else path
    inner = re.search(r"::|[:#]", head)
    head = head[: inner.start()] if inner and inner.start() else head
    is_path = has_suffix(head) or head.endswith("/")
    if (
        " " in head
        or not is_path
        or head.startswith("@")
        or leaves(head)
        or "$" in head
        or placeholder(head)
    ):
        return None
    alike = tuple(file for file in tree.files() if file.endswith(f"/{head}"))
    if alike:
        return End("alike", head, alike[:_MOST_GLOBBED])
    return End("absent", head, (head,), "", "write `/` in paths" if "\\" in head else "")


def by_stem(text: str, tree: Tree, limit: int) -> End | None:
    """Return the one file that is called like a type or function and holds it:
    `AuthService.login()`, `run_export`.
    """
    found = _TYPE_NAME.fullmatch(text.strip())
    name = found["name"] if found else ""
    if not name or not (any(sign.isupper() for sign in name[1:]) or "_" in name.strip("_")):
        return None
    wanted = _folded(name)
    paths = [path for path in tree.files() if has_suffix(path) and _folded(_stem(path)) == wanted]
    code = read(tree, paths[0], limit) if len(paths) == 1 else ""
    if isinstance(code, str) or not re.search(rf"\b{re.escape(name)}\b", code.bare):
        return None
    return End(
        "files", text, (paths[0],), "", f"read as `{paths[0]}`, the only file called so", True
    )


def _stem(path: str) -> str:
    return posixpath.basename(path).partition(".")[0]


def _folded(name: str) -> str:
    return re.sub(r"[_-]", "", name).lower()
