"""Searches a source for what a `to` names in words: a route, a module, symbols, or prose with
symbols in it.
"""

from __future__ import annotations

import re

from msgspec import Struct

from forge.check.must_haves.code.file import Code
from forge.check.must_haves.imports import statements
from forge.check.must_haves.links.suffixes import has_suffix

_LONGEST = 400
_ROUTE = re.compile(
    r"(?:(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|WS)\s+)?(?:https?://[^\s/]+)?(?P<path>/[^\s?#]+)(?:[?#]\S*)?"
    r"(?:\s+(?:REST |API |HTTP )?(?:API|endpoints?|routes?|pages?|handlers?|screen))?",
    re.I,
)
_PARAMETER = re.compile(r":\w+|\{[^{}/]*\}|\[[^\[\]/]*\]|<[^<>/]*>|\*+")
_KIND_OF_MODULE = re.compile(r"\s+(?:npm )?(?:package|crate|library|module|lib|npm|gem)$", re.I)
_SYMBOL = re.compile(r"[A-Za-z_$][\w$]*(?:(?:\.|::|->|#|\?\.)[A-Za-z_$][\w$]*)*")
_CALLED = re.compile(
    r"(?P<symbol>[A-Za-z_$][\w$.:#>?-]*?)(?:<[^<>]*>)?(?:\([^()]*\))?(?:\.\*|::\*)?"
)
_LISTED = re.compile(r"\s*(?:,|\+|&|\s/\s|\band\b)\s*")
_CODE_LIKE = re.compile(
    r"`([^`]+)`|((?<![\w.])[A-Za-z_$][\w$]*(?:(?:\.|::|->)[A-Za-z_$][\w$]*)*(?:\(\))?)"
)
_NOT_PROSE = re.compile(r"\w_\w|[a-z][A-Z]|\w(?:::|->)\w|[a-z]\.[a-z_]")
_AS_WRITTEN = re.compile(r"[\s/:()\[\]{}='\"]")
_EXPRESSION = re.compile(r"\([^()]|[\[\]{}='\"]")
_WORD = re.compile(r"[A-Za-z_$][\w$]*")
_SHORTEST_MEMBER = 4


class Found(Struct, frozen=True):
    """The line in which words were found, and how."""

    line: int
    how: str


def look_for(words: str, code: Code) -> Found | None:
    """Return the place in a source that matches the words of a `to`, None if nothing does.

    Comments never count. Strings count for routes, for modules in imports, and if the name is the
    whole string.
    """
    words = " ".join(words.strip("`\"' ").split())[:_LONGEST]
    if not words:
        return None
    return (
        _route(words, code) or _module(words, code) or _symbols(words, code) or _prose(words, code)
    )


def _route(words: str, code: Code) -> Found | None:
    match = _ROUTE.fullmatch(words)
    path = match["path"].rstrip("/") if match else ""
    parts = _PARAMETER.split(path)
    if len(path) < 3 or not parts[0].strip("/"):
        return None
    pattern = r"[^\s/\"'`]+".join(re.escape(part) for part in parts)
    place = re.search(rf"{pattern}(?![\w-])", code.code)
    return Found(code.line(place.start()), "route (text)") if place else None


def _module(words: str, code: Code) -> Found | None:
    """Search for an import of an external module: `zod`, `@scope/name`, `encoding/json`, `sha2
    crate`.
    """
    name = _KIND_OF_MODULE.sub("", words).removeprefix("node:")
    if " " in name:
        return None
    for item in statements(code) or ():
        source = item.source.removeprefix("node:")
        rest = source[len(name) :]
        if source.startswith(name) and (not rest or rest[0] in "/.:"):
            return Found(item.line, "import")
    return None


def _symbols(words: str, code: Code) -> Found | None:
    """Search for a symbol, or for each of several: `AuthService.login()`, `openDb, closeDb`."""
    matches = [_CALLED.fullmatch(part) for part in _LISTED.split(words)]
    symbols = [match["symbol"] for match in matches if match and _SYMBOL.fullmatch(match["symbol"])]
    if not symbols or len(symbols) != len(matches):
        return None
    return _all(symbols, code, "symbol (text)")


def _all(symbols: list[str], code: Code, how: str) -> Found | None:
    """Return the place of the first symbol, if the source has all of them."""
    offsets = [offset for symbol in symbols if (offset := _offset(symbol, code)) is not None]
    if not offsets or len(offsets) < len(symbols):
        return None
    return Found(code.line(offsets[0]), how)


def _offset(symbol: str, code: Code) -> int | None:
    """Return the offset of a symbol that is used as code; otherwise of a plain name that is a whole
    string, or of the last member of a dotted name.
    """
    names = _WORD.findall(symbol)
    dotted = r"\s*(?:\.|::|->|\?\.)\s*".join(re.escape(name) for name in names)
    match = re.search(rf"(?<![\w$]){dotted}(?![\w$])", code.bare)
    if match is None and len(names) == 1:
        match = re.search(rf"([\"'`]){re.escape(symbol)}\1", code.code)
    if match is None and len(names) > 1 and len(names[-1]) >= _SHORTEST_MEMBER:
        match = re.search(rf"(?:\.|::|->)\s*{re.escape(names[-1])}(?![\w$])", code.bare)
    return match.start() if match else None


def _prose(words: str, code: Code) -> Found | None:
    """Search for the words as they are written, otherwise for every code-like name in them."""
    if _AS_WRITTEN.search(words) and re.search(r"\w{3}", words):
        place = re.search(rf"(?<![\w-]){re.escape(words)}(?![\w-])", code.code)
        if place:
            return Found(code.line(place.start()), "text")
    if "/" in words.partition(" ")[0] or _EXPRESSION.search(words):
        return None
    symbols = code_like(words)
    return _all(symbols, code, f"names in prose (text): {', '.join(symbols)}") if symbols else None


def code_like(words: str) -> list[str]:
    """Return the names in a text that are not prose, except names of files: `snake_case`,
    `camelCase`, `a::b`, `run()`, and everything in backticks.
    """
    names = []
    for match in _CODE_LIKE.finditer(words):
        name = (match[1] or match[2]).removesuffix("()")
        not_prose = _NOT_PROSE.search(name) or "()" in match[0]
        if (not_prose or match[1]) and _SYMBOL.fullmatch(name) and not has_suffix(name):
            names.append(name)
    return list(dict.fromkeys(names))


def missing(words: str, code: Code) -> list[str]:
    """Return the code-like names in a text that a source does not use."""
    return [symbol for symbol in code_like(words) if _offset(symbol, code) is None]
