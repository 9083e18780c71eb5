"""Patterns from plan files, matched in linear time. The only importer of re2."""

from __future__ import annotations

from typing import TypeAlias

import re2

Pattern: TypeAlias = re2._Regexp


class BadPattern(Exception):
    """A pattern that RE2 does not compile; the message says why."""


def compile_pattern(text: str) -> Pattern:
    """Compile `text` with RE2 (syntax: RE2's); `^` and `$` match at line edges. Raises
    BadPattern.
    """
    if not _encodes(text):
        raise BadPattern("it holds bytes that are no UTF-8")
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 32 << 20
    try:
        return re2.compile(f"(?m){text}", options)
    except re2.error as error:
        said = error.args[0] if error.args else "not a pattern"
        reason = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        raise BadPattern(reason.partition(": (?m)")[0]) from error


def searchable(text: str) -> str:
    """Return a text that RE2 can read: what is no UTF-8 is replaced, one character for one, so that
    offsets hold.
    """
    return text if _encodes(text) else text.encode("utf-8", "replace").decode()


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def search(text: str, haystack: str) -> tuple[int, int] | None:
    """Return start and end of the first match of a pattern: within a line, else across lines.
    Raises BadPattern.
    """
    haystack = searchable(haystack)
    found = compile_pattern(text).search(haystack)
    if found is None:
        found = compile_pattern(f"(?s){text}").search(haystack)
    return found.span() if found else None
