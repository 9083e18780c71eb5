"""Patterns from plans, matched in linear time. The only importer of re2."""

from __future__ import annotations

from typing import TypeAlias

import re2

Pattern: TypeAlias = re2._Regexp
_MOST_MEMORY = 32 << 20  # bytes for a compiled pattern


class BadPattern(Exception):
    """A pattern that RE2 does not compile; the message says why."""


def compile_pattern(text: str) -> Pattern:
    """Compile a pattern in RE2's syntax; `^` and `$` match at line edges. Raises BadPattern."""
    if not _encodes(text):
        raise BadPattern("it has bytes that are not UTF-8")
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MOST_MEMORY
    try:
        return re2.compile(f"(?m){text}", options)
    except re2.error as error:
        reason = error.args[0] if error.args else "not a pattern"
        text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise BadPattern(text.partition(": (?m)")[0]) from error


def compile_bytes(text: str) -> Pattern:
    """Compile a pattern of forge's own in RE2's syntax, to search in bytes of any encoding.

    `^` and `$` match at line edges.
    """
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 2 * _MOST_MEMORY
    options.encoding = re2.Options.Encoding.LATIN1
    return re2.compile(f"(?m){text}".encode("latin-1"), options)


def searchable(text: str) -> str:
    """Return a text that RE2 can read: each character that is not UTF-8 is replaced by one
    character, so that offsets stay.
    """
    return text if _encodes(text) else text.encode("utf-8", "replace").decode()


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def search(text: str, haystack: str) -> tuple[int, int] | None:
    """Return start and end of a pattern's first match: within a line, otherwise across lines.

    Raises BadPattern.
    """
    haystack = searchable(haystack)
    match = compile_pattern(text).search(haystack)
    if match is None:
        match = compile_pattern(f"(?s){text}").search(haystack)
    return match.span() if match else None
