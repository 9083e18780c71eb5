"""Finds secrets in text, in time linear in its length."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from forge.check.secrets.labeled_values import LABELED, WITHOUT_CALLS, is_value
from forge.check.secrets.token_formats import FORMATS, Format
from forge.text.pattern import Pattern, compile_bytes

_KEY_MARK = re.compile(
    rb"-----(BEGIN|END) [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,10}-----"
    rb"|PuTTY-User-(Key)-File-\d:|Private-MAC: \w*"
)
_KEY_LINE = re.compile(
    rb"[^\w+/=]{0,40}(?:[A-Za-z0-9+/=]{16,}|[\w-]{1,30}: .{0,200}|[A-Za-z0-9+/]*=*)\W{0,10}"
)
_KEY_TEXT = re.compile(rb"[A-Za-z0-9+/=]{16}")
_LONGEST_KEY = 64 << 10  # bytes of a private key
_LONGEST_VALUE = 16 << 10  # bytes of a value after a label
_LONGEST_LABEL = 64


class Secret(NamedTuple):
    """The kind of a secret and its place in a text, as offsets of UTF-8 bytes."""

    kind: str
    start: int
    end: int


def find(data: bytes) -> list[Secret]:
    """Return the secrets of a text in its order; they do not overlap."""
    candidates = [*_private_keys(data), *_tokens(data), *_labeled(data)]
    secrets: list[Secret] = []
    for secret in sorted(candidates, key=lambda secret: (secret.start, -secret.end)):
        if not secrets or secret.start >= secrets[-1].end:
            secrets.append(secret)
        elif secret.end > secrets[-1].end:
            secrets[-1] = secrets[-1]._replace(end=secret.end)
    return secrets


def _tokens(data: bytes) -> Iterator[Secret]:
    pattern, formats = _union(FORMATS)
    for match in pattern.finditer(data):
        yield Secret(formats[match.lastindex - 1].kind, *match.span(match.lastindex))


def _labeled(data: bytes) -> Iterator[Secret]:
    pattern, formats = _union(LABELED)
    position = 0
    while match := pattern.search(data, position):
        label = formats[match.lastindex - 1]
        start, end = match.span(match.lastindex)
        is_secret = (
            end - start <= _LONGEST_VALUE
            and (data[end : end + 1] != b"(" or label in WITHOUT_CALLS)
            and is_value(_text(data[start:end]), label)
        )
        if is_secret:
            yield Secret(label.kind, start, end)
        # A value that is not a secret may be a label; a long one is skipped, to stay linear.
        restarts = not is_secret and start + _LONGEST_LABEL >= end
        position = max(start, position + 1) if restarts else end


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


@cache
def _union(formats: Sequence[Format]) -> tuple[Pattern, list[Format]]:
    """Return one pattern for all formats, and the format to which each of its groups belongs."""
    parts, owners = [], []
    for declared in formats:
        groups = re.compile(declared.pattern).groups
        parts.append(f"(?:{declared.pattern})" if groups else f"({declared.pattern})")
        owners += [declared] * max(groups, 1)
    return compile_bytes("|".join(parts)), owners


def _private_keys(data: bytes) -> Iterator[Secret]:
    """Yield private keys: from BEGIN to END, or as far as lines look like those of a key.

    An END without a BEGIN, as after a cut, closes the key lines before it.
    """
    marks = list(_KEY_MARK.finditer(data))
    position = 0
    for mark, following in itertools.zip_longest(marks, marks[1:]):
        if mark.start() < position:
            continue
        if not _begins(mark):
            start, end = _first_key_line(data, position, mark.start()), mark.end()
        elif following and not _begins(following) and following.end() - mark.end() < _LONGEST_KEY:
            start, end = mark.start(), following.end()
        else:
            limit = following.start() if following else len(data)
            start, end = mark.start(), _last_key_line(data, mark.end(), limit)
        if _KEY_TEXT.search(data, start, end):  # otherwise code or prose names the marks
            yield Secret("private key", start, end)
        position = end


def _begins(mark: re.Match[bytes]) -> bool:
    return mark[1] == b"BEGIN" or mark[2] is not None


def _first_key_line(data: bytes, start: int, end: int) -> int:
    """Return the start of the key lines that end at `end`."""
    first = data.rfind(b"\n", start, end) + 1 or start
    while first > start:
        before = data.rfind(b"\n", start, first - 1) + 1 or start
        if not _KEY_LINE.fullmatch(data, before, first - 1):
            break
        first = before
    return first


def _last_key_line(data: bytes, start: int, limit: int) -> int:
    """Return the end of the key lines that follow `start`."""
    end = data.find(b"\n", start, limit)
    if end < 0:
        return limit
    while end < limit:
        next_end = data.find(b"\n", end + 1, limit)
        next_end = limit if next_end < 0 else next_end
        if not _KEY_LINE.fullmatch(data, end + 1, next_end):
            break
        end = next_end
    return end
