"""The `pattern` of a key link: whether it can decide anything, and whether a source matches it
outside comments.
"""

from __future__ import annotations

import re

from forge.check.must_haves.code.file import Code
from forge.check.must_haves.outcome import Outcome, shown
from forge.check.must_haves.verdict import Evidence
from forge.text.pattern import BadPattern, compile_pattern, search

_ARBITRARY_TEXTS = ("wq = 41;", "Zyx(kj)", "- vb: nm")
_MOST_WORK = 5_000_000_000
_LUA_ESCAPE = re.compile(r"%([^\w\s])")
_GREP_OR = re.compile(r"((?<!\\)(?:\\\\)*)\\\|")


def problem(pattern: str) -> str | None:
    """Return in words why a pattern cannot decide anything, None if it can."""
    if not pattern.strip():
        return "the pattern is empty"
    try:
        compiled = compile_pattern(pattern)
    except BadPattern as error:
        return f"the pattern {shown(pattern)} does not compile: {error}"
    if compiled.search("") or all(compiled.search(text) for text in _ARBITRARY_TEXTS):
        return f"the pattern {shown(pattern)} matches everything, so it proves nothing"
    return None


def match(pattern: str, code: Code) -> Outcome:
    """Search a source for a pattern without a problem: within a line, otherwise across lines."""
    if compile_pattern(pattern).programsize * len(code.text) > _MOST_WORK:
        reason = f"the pattern is too large to search a file as large as `{code.path}`"
        return Outcome("unproven", reason)
    for text, label in _dialects(pattern, code.path):
        if place := _outside_comments(text, code):
            return _passed(code, place, label)
    in_comment = search(pattern, code.text)
    if in_comment is None:
        return _no_match(pattern, code)
    line = code.line(in_comment[0])
    reason = f"`{code.path}` matches the pattern {shown(pattern)} only in a comment, on line {line}"
    evidence = (Evidence(code.path, line, "comment"),)
    return Outcome("fail", f"{reason}; a comment is no proof", evidence)


def _no_match(pattern: str, code: Code) -> Outcome:
    reason = f"`{code.path}` does not match the pattern {shown(pattern)}"
    literal = code.code.find(pattern)
    if literal >= 0:
        line = code.line(literal)
        reason += f"; line {line} contains it as plain text: escape its special characters"
    return Outcome("fail", reason)


def _dialects(pattern: str, path: str) -> list[tuple[str, str]]:
    r"""Return the pattern as RE2 reads it, as grep does (`\|` is `or`), and as Lua does (`%.` is
    `\.`), each with a label.
    """
    as_grep = _GREP_OR.sub(r"\1|", pattern)
    as_lua = _LUA_ESCAPE.sub(r"\\\1", pattern) if path.endswith(".lua") else pattern
    others = [(as_grep, r" (grep-style \|)"), (as_lua, " (Lua-style %)")]
    usable = [(text, label) for text, label in others if text != pattern and problem(text) is None]
    return [(pattern, ""), *usable]


def _outside_comments(pattern: str, code: Code) -> tuple[int, int] | None:
    """Return a match that starts or ends outside comments."""
    place = search(pattern, code.code)
    if place is not None and code.code[slice(*place)].strip():
        return place
    place = search(pattern, code.text)
    if place is None or place[0] == place[1]:
        return None
    edges = (place[0], place[1] - 1)
    if code.code is code.text or any(not code.code[edge].isspace() for edge in edges):
        return place
    return None


def _passed(code: Code, place: tuple[int, int], label: str) -> Outcome:
    first, last = code.line(place[0]), code.line(max(place[1] - 1, place[0]))
    how = ("pattern" if first == last else "pattern across lines") + label
    lines = f"line {first}" if first == last else f"lines {first} to {last}"
    evidence = (Evidence(code.path, first, how),)
    return Outcome("pass", f"`{code.path}` matches the pattern on {lines}", evidence)
