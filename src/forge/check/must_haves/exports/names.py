"""Reads the names that plans list in `exports:`, and which names of a file they mean."""

from __future__ import annotations

import re

from msgspec import Struct

_WORD = r"[^\W\d][\w$]*[?!]?|[$#@][^\W\d]\w*"
_DOTTED = re.compile(rf"(?:{_WORD})(?:(?:\.|::|->|[:#])(?:{_WORD}))*")
_SEPARATOR = re.compile(r"\.|::|->|[:#]")
_KEYWORDS = frozenset(
    (
        "export",
        "exports",
        "async",
        "function",
        "class",
        "interface",
        "type",
        "enum",
        "const",
        "let",
        "var",
        "struct",
        "trait",
        "fn",
        "pub",
        "func",
        "def",
        "static",
        "public",
        "protected",
        "internal",
        "abstract",
        "final",
        "sealed",
        "record",
        "object",
        "namespace",
        "module",
        "mod",
        "macro",
        "union",
        "val",
        "fun",
        "data",
        "readonly",
        "declare",
        "partial",
        "unsafe",
        "override",
        "virtual",
        "named",
        "default",
    )
)
_KINDS = frozenset(
    (
        "class",
        "function",
        "method",
        "interface",
        "type",
        "component",
        "hook",
        "constant",
        "enum",
        "struct",
        "trait",
        "module",
        "instance",
        "object",
        "variable",
        "fn",
        "property",
        "field",
        "macro",
        "record",
        "const",
        "helper",
        "schema",
        "router",
    )
)
_NOTE = re.compile(r"\s+[(\[—–].*$|\s+-\s.*$", re.S)
_ASIDE = re.compile(r"(?:\s+|(?<=\)))(?:->|=>).*$", re.S)
_RECEIVER = re.compile(r"^func\s*\([^)]*\)\s*")
_LONGEST = 300


class Wanted(Struct, frozen=True):
    """A name that a file should export: any one of `names` is enough (`Page`, `default`, `Foo.bar`,
    `*`); without names it cannot be looked up.

    `guessed` says that it was read from prose, so that its absence proves nothing.
    """

    text: str
    names: tuple[tuple[str, ...], ...]
    guessed: bool = False


def wanted(entry: str) -> list[Wanted]:
    """Return the names in one entry of an `exports` list, separated by commas outside brackets."""
    return [_wanted(part) for part in _parts(entry) if part.strip()]


def _parts(entry: str) -> list[str]:
    parts, depth, start = [], 0, 0
    for at, char in enumerate(entry):
        if char in "([{<":
            depth += 1
        elif char in ")]}" or (char == ">" and entry[at - 1 : at] not in ("-", "=")):
            depth = max(depth - 1, 0)
        elif char == "," and depth == 0:
            parts.append(entry[start:at])
            start = at + 1
    return [*parts, entry[start:]]


def _wanted(part: str) -> Wanted:
    text = part.strip().strip("`\"';").strip() or part.strip()
    if text == "*":
        return Wanted(text, (("*",),))
    if len(text) > _LONGEST:
        return Wanted(text[:_LONGEST], ())
    default = bool(re.search(r"\bdefault\b", text))
    words = _bare(text).split()
    while len(words) > 1 and words[0].lower() in _KEYWORDS:
        words = words[1:]
    if not words:
        return Wanted(text, ())
    guessed = len(words) > 1
    if guessed and words[1].lower() not in _KINDS:
        return Wanted(text, ())
    names: list[tuple[str, ...]] = [("default",)] if default else []
    if _DOTTED.fullmatch(words[0]):
        names.append(tuple(filter(None, _SEPARATOR.split(words[0]))))
    return Wanted(text, tuple(dict.fromkeys(names)), guessed)


def _bare(text: str) -> str:
    """Return a text without its signature, type arguments and notes: `pub fn f(a: B) -> C` is `pub
    fn f`.
    """
    text = _RECEIVER.sub("", _ASIDE.sub("", text))
    text = text.replace("pub(crate)", "pub").replace("pub(super)", "pub")
    note = _NOTE.search(text)
    text = text[: note.start()] if note else text
    for opening, closing in (("(", ")"), ("<", ">")):
        start, end = text.find(opening), text.rfind(closing)
        if start > 0:
            inside = text[start : end + 1]
            if re.search(r"['\"]|\)\.", inside):  # a call with arguments, not a signature
                return ""
            text = text[:start] + (text[end + 1 :] if end > start and opening == "<" else "")
    return text.strip()
