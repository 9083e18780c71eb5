"""The `pattern` of a key link: whether it says anything, and whether a source matches it outside
comments.
"""

from __future__ import annotations

import re

from forge.check.must_haves.code.file import Code
from forge.check.must_haves.outcome import Outcome, shown
from forge.check.must_haves.verdict import Evidence
from forge.text.pattern import BadPattern, compile_pattern, search

_ANY_TEXT = ("wq = 41;", "Zyx(kj)", "- vb: nm")
_MOST_WORK = 5_000_000_000
_LUA_ESCAPE = re.compile(r"%([^\w\s])")
_GREP_OR = re.compile(r"((?<!\\)(?:\\\\)*)\\\|")


def trouble(pattern: str) -> str | None:
    """Say in words why a pattern cannot decide anything, None where it can."""
    if not pattern.strip():
        return "the pattern is empty"
    try:
        compiled = compile_pattern(pattern)
    except BadPattern as error:
        return f"the pattern {shown(pattern)} does not compile: {error}"
    if compiled.search("") or all(compiled.search(text) for text in _ANY_TEXT):
        return f"the pattern {shown(pattern)} matches everything, so it says nothing"
    return None


def match(pattern: str, code: Code) -> Outcome:
    """Search a source for a pattern that has no trouble: within a line, else across lines."""
    if compile_pattern(pattern).programsize * len(code.text) > _MOST_WORK:
        return Outcome(
            "unproven",
            f"the pattern is too large to be searched for in a file as large as `{code.path}`",
        )
    for text, label in _spellings(pattern, code.path):
        if found := _outside_comments(text, code):
            return _passed(code, found, label)
    commented = search(pattern, code.text)
    if commented is None:
        literal = code.code.find(pattern)
        hint = (
            f"; it stands on line {code.line(literal)} as plain text: escape its signs"
            if literal >= 0
            else ""
        )
        return Outcome("fail", f"`{code.path}` does not match the pattern {shown(pattern)}{hint}")
    line = code.line(commented[0])
    reason = f"`{code.path}` matches the pattern {shown(pattern)} only in a comment, on line {line}"
    return Outcome(
        "fail", f"{reason}; a comment is no proof", (Evidence(code.path, line, "comment"),)
    )


def _spellings(pattern: str, path: str) -> list[tuple[str, str]]:
    r"""Return the pattern as RE2 reads it, as grep does, where `\|` is `or`, and as Lua does, where
    `%.` is `\.`.
    """
    as_grep = _GREP_OR.sub(r"\1|", pattern)
    as_lua = _LUA_ESCAPE.sub(r"\\\1", pattern) if path.endswith(".lua") else pattern
    others = [(as_grep, r" (grep-style \|)"), (as_lua, " (Lua-style %)")]
    return [
        (pattern, ""),
        *(other for other in others if other[0] != pattern and trouble(other[0]) is None),
    ]


def _outside_comments(pattern: str, code: Code) -> tuple[int, int] | None:
    """Return a match that begins or ends outside comments."""
    found = search(pattern, code.code)
    if found is not None and code.code[slice(*found)].strip():
        return found
    found = search(pattern, code.text)
    if found is None or found[0] == found[1]:
        return None
    edges = (found[0], found[1] - 1)
    return (
        found
        if any(not code.code[edge].isspace() or code.code is code.text for edge in edges)
        else None
    )


def _passed(code: Code, found: tuple[int, int], label: str) -> Outcome:
    first, last = code.line(found[0]), code.line(max(found[1] - 1, found[0]))
    how = ("pattern" if first == last else "pattern across lines") + label
    where = f"line {first}" if first == last else f"lines {first} to {last}"
    return Outcome(
        "pass", f"`{code.path}` matches the pattern on {where}", (Evidence(code.path, first, how),)
    )
