"""Search of a source for what a `to` names in words: a route, a module, a symbol, or prose with
symbols in it.
"""

from __future__ import annotations

import re

from msgspec import Struct

from forge.check.must_haves.code.file import Code
from forge.check.must_haves.imports import statements
from forge.check.must_haves.links.ends import has_suffix

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
_TELLING = re.compile(r"\w_\w|[a-z][A-Z]|\w(?:::|->)\w|[a-z]\.[a-z_]")
_AS_WRITTEN = re.compile(r"[\s/:()\[\]{}='\"]")
_EXPRESSION = re.compile(r"\([^()]|[\[\]{}='\"]")
_WORD = re.compile(r"[A-Za-z_$][\w$]*")
_SHORTEST_MEMBER = 4


class Found(Struct, frozen=True):
    """Where words were found, and how."""

    line: int
    how: str


def look_for(words: str, code: Code) -> Found | None:
    """Return where a source has what a `to` names in words; None where it has not, or there is
    nothing to look for.

    Comments never count. Strings count for routes, for modules in imports, and where the name is
    the whole string.
    """
    words = " ".join(words.strip("`\"' ").split())[:_LONGEST]
    if not words:
        return None
    return (
        _route(words, code) or _module(words, code) or _symbols(words, code) or _prose(words, code)
    )


def _route(words: str, code: Code) -> Found | None:
    found = _ROUTE.fullmatch(words)
    path = found["path"].rstrip("/") if found else ""
    if len(path) < 3:
        return None
    parts = _PARAMETER.split(path)
    pattern = r"[^\s/\"'`]+".join(re.escape(part) for part in parts)
    there = re.search(rf"{pattern}(?![\w-])", code.code) if parts[0].strip("/") else None
    return Found(code.line(there.start()), "route (text)") if there else None


def _module(words: str, code: Code) -> Found | None:
    """Look for an import of a module from elsewhere: `zod`, `@scope/name`, `encoding/json`, `sha2
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
    """Look for a symbol, or for each of several: `AuthService.login()`, `openDb, closeDb`."""
    found = [_CALLED.fullmatch(part) for part in _LISTED.split(words)]
    symbols = [match["symbol"] for match in found if match and _SYMBOL.fullmatch(match["symbol"])]
    if not symbols or len(symbols) != len(found):
        return None
    return _all(symbols, code, "symbol (text)")


def _all(symbols: list[str], code: Code, how: str) -> Found | None:
    offsets = [_symbol(symbol, code) for symbol in symbols]
    known = [offset for offset in offsets if offset is not None]
    return Found(code.line(known[0]), how) if len(known) == len(offsets) and known else None


def _symbol(symbol: str, code: Code) -> int | None:
    """Return where a symbol stands as code; else where a plain name is a whole string, or a member
    stands by itself.
    """
    names = _WORD.findall(symbol)
    written = r"\s*(?:\.|::|->|\?\.)\s*".join(re.escape(name) for name in names)
    found = re.search(rf"(?<![\w$]){written}(?![\w$])", code.bare)
    if found is None and len(names) == 1:
        found = re.search(rf"([\"'`]){re.escape(symbol)}\1", code.code)
    if found is None and len(names) > 1 and len(names[-1]) >= _SHORTEST_MEMBER:
        found = re.search(rf"(?:\.|::|->)\s*{re.escape(names[-1])}(?![\w$])", code.bare)
    return found.start() if found else None


def _prose(words: str, code: Code) -> Found | None:
    """Look for the words as they stand, else for every code-like name in them."""
    if _AS_WRITTEN.search(words) and re.search(r"\w{3}", words):
        there = re.search(rf"(?<![\w-]){re.escape(words)}(?![\w-])", code.code)
        if there:
            return Found(code.line(there.start()), "text")
    symbols = (
        [] if "/" in words.partition(" ")[0] or _EXPRESSION.search(words) else code_like(words)
    )
    return _all(symbols, code, f"names in prose (text): {', '.join(symbols)}") if symbols else None


def code_like(words: str) -> list[str]:
    """Return the names in a text that no prose would hold: `snake_case`, `camelCase`, `a::b`,
    `run()`, and backticks.

    Names of files are left out.
    """
    found = []
    for match in _CODE_LIKE.finditer(words):
        name = (match[1] or match[2]).removesuffix("()")
        telling = _TELLING.search(name) or "()" in match[0]
        if (telling or match[1]) and _SYMBOL.fullmatch(name) and not has_suffix(name):
            found.append(name)
    return list(dict.fromkeys(found))


def missing(words: str, code: Code) -> list[str]:
    """Return the code-like names in a text that a source does not have as code."""
    return [symbol for symbol in code_like(words) if _symbol(symbol, code) is None]
