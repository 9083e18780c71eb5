"""The checks on an artifact's content: what it contains, exports, and how many lines it has."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from msgspec import Struct

from forge.check.must_haves import exports
from forge.check.must_haves.code.file import Code
from forge.check.must_haves.imports.model import Files
from forge.check.must_haves.outcome import Outcome, shown
from forge.check.must_haves.verdict import Evidence
from forge.text import pattern
from forge.text.plural import amount

_GENERIC = re.compile(r"\w<[^<>()=;]*,[^()=;]*>")  # `Map<string, number>` is one text
_META = re.compile(r"[\\.*+?|()\[\]{}^$]")


class Content(Struct, frozen=True):
    """A file to check: its text with LF line ends, the tree's files, and whether it is binary
    (contains NUL bytes).
    """

    code: Code
    files: Files
    binary: bool = False

    @property
    def lines(self) -> int:
        """The number of lines; a final line end adds none, an empty file has none."""
        text = self.code.text
        return text.count("\n") + (not text.endswith("\n") if text else 0)


Check = Callable[[Content], Outcome]


def has_name(name: str) -> Check:
    """Return the check that a file has a name as a whole word outside comments and strings."""
    return partial(_has_name, name)


def contains(text: str) -> Check:
    """Return the check that a file contains a literal text, or each part of a comma list."""
    return partial(_contains, text)


def forbidden(text: str) -> Check:
    """Return the check that a file does not contain a literal text."""
    return partial(_forbidden, text)


def exports_name(name: exports.Wanted) -> Check:
    """Return the check that a file exports a name."""
    return partial(_exports, name)


def min_lines(least: int) -> Check:
    """Return the check that a file has at least so many lines."""
    return partial(_min_lines, least)


def max_lines(most: int) -> Check:
    """Return the check that a file has at most so many lines."""
    return partial(_max_lines, most)


def _has_name(name: str, content: Content) -> Outcome:
    code = content.code
    match = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", code.bare)
    if match is None:
        return Outcome("fail", f"`{name}` does not occur outside comments and strings")
    return Outcome("pass", "", (Evidence(code.path, code.line(match.start()), "name (text)"),))


def _contains(wanted: str, content: Content) -> Outcome:
    code = content.code
    for text in dict.fromkeys((wanted, wanted.strip())):
        at = code.text.find(text)
        if at >= 0:
            return Outcome("pass", "", (Evidence(code.path, code.line(at), "literal text"),))
    if content.binary:
        reason = f"{shown(wanted)} was not found, but the file contains NUL bytes: it is not text"
        return Outcome("unproven", reason)
    parts = comma_parts(wanted)
    missing = [part for part in parts if part not in code.text]
    if parts and not missing:
        lines = dict.fromkeys(code.line(code.text.index(part)) for part in parts)
        how = "literal text (comma list)"
        return Outcome("pass", "", tuple(Evidence(code.path, line, how) for line in lines))
    if len(missing) < len(parts):
        names = ", ".join(map(shown, missing))
        return Outcome("fail", f"of {shown(wanted)} it does not contain {names}")
    return Outcome("fail", f"it does not contain {shown(wanted)}{_near_miss(wanted, code)}")


def _near_miss(wanted: str, code: Code) -> str:
    """Return a hint if a text matches in another way than literally."""
    if line := _pattern_line(wanted, code):
        return f": it matches only as a pattern (line {line}), and `contains` is literal text"
    lower = code.text.lower()
    at = lower.find(wanted.lower()) if len(lower) == len(code.text) else -1
    if at >= 0:
        return f": it differs in upper and lower case (line {code.line(at)})"
    if " ".join(wanted.split()) in " ".join(code.text.split()):
        return ": it differs in white space or line ends"
    return ""


def _pattern_line(wanted: str, code: Code) -> int | None:
    """Return the line that a text matches as a pattern, None if it matches no line."""
    if not _META.search(wanted):
        return None
    try:
        match = pattern.search(wanted, code.text)
    except pattern.BadPattern:
        return None
    return code.line(match[0]) if match and match[0] < match[1] else None


def _forbidden(text: str, content: Content) -> Outcome:
    code = content.code
    wanted = text.strip("\n")
    at = code.text.find(wanted)
    if at >= 0:
        here = Evidence(code.path, code.line(at), "literal text")
        return Outcome("fail", f"it contains {shown(wanted)} (line {here.line})", (here,))
    if content.binary:
        reason = (
            f"it contains NUL bytes, so it is not text that could be searched for {shown(wanted)}"
        )
        return Outcome("unproven", reason)
    present = [part for part in comma_parts(wanted) if part in code.text]
    if present:
        reason = f"it contains {shown(present[0])} of {shown(wanted)}; write one text per entry"
        return Outcome("unproven", reason)
    if line := _pattern_line(wanted, code):
        reason = f"{shown(wanted)} is not in it literally, but matches line {line} as a pattern"
        return Outcome("unproven", reason)
    return Outcome("pass", "", (Evidence(code.path, None, "does not occur"),))


def comma_parts(text: str) -> list[str]:
    """Return the parts of a comma list, or no parts if there are fewer than two. Text with a comma
    inside brackets is code, not a list.
    """
    inside = {at for match in _GENERIC.finditer(text) for at in range(*match.span())}
    parts, depth, start = [], 0, 0
    for at, char in enumerate(text):
        depth += (char in "([{") - (char in ")]}")
        if depth < 0:
            return []
        if char == "," and depth == 0 and at not in inside:
            parts.append(text[start:at].strip())
            start = at + 1
    parts = [part for part in (*parts, text[start:].strip()) if part]
    return parts if len(parts) > 1 and depth == 0 else []


def _exports(name: exports.Wanted, content: Content) -> Outcome:
    if content.binary:
        return Outcome("unproven", "it contains NUL bytes, so it is not source code")
    return exports.find(content.code, name, content.files)


def _min_lines(least: int, content: Content) -> Outcome:
    if content.lines < least and not content.binary:
        return Outcome("fail", f"it has {amount(content.lines, 'line')}, {least} are required")
    return _counted(content)


def _max_lines(most: int, content: Content) -> Outcome:
    if content.lines > most and not content.binary:
        reason = f"it has {amount(content.lines, 'line')}, at most {most} are allowed"
        return Outcome("fail", reason)
    return _counted(content)


def _counted(content: Content) -> Outcome:
    if content.binary:
        return Outcome("unproven", "its lines cannot be counted: it contains NUL bytes")
    evidence = Evidence(content.code.path, None, amount(content.lines, "line"))
    return Outcome("pass", "", (evidence,))
