"""Numbers of phases as people write them: `1`, `01`, `03.1`, `12A` and `phase-07` name a phase
each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

NUMBER = r"\d+(?:\.\d+)*[A-Za-z]?"
_LEADING = re.compile(rf"(?:phase[\s_-]*)?({NUMBER})(?!\w|\.\d)", re.I)
_NAMED = re.compile(
    rf"\bphases?\b[\s*_#:]*({NUMBER})(?:\s*(?:-|–|—|\.\.|to|through|thru)\s*(?:phase\s*)?({NUMBER}))?",
    re.I,
)
_FURTHER = re.compile(rf"\s*(?:,|&|\+|\band\b)\s*(?:phases?\s+)?({NUMBER})(?!\w|\.\d)", re.I)
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?!\d)|\d{6}(?:-|$)|\d{8}(?:-|$)")
_WIDEST = 200


def leading(text: str) -> str | None:
    """Return the normal form of the number that a phase's name begins with (`01-setup`, `Phase 3:
    x`); None for dates.
    """
    match = None if _DATE.match(text.strip()) else _LEADING.match(text.strip())
    return normal(match[1]) if match else None


def mentioned(text: str) -> Iterator[str]:
    """Yield every phase that a text speaks of as `Phase 3`, `Phases 1-5` or `Phases 1, 2 and 4`, in
    normal form.
    """
    seen: set[tuple[str, str | None]] = set()
    match = _NAMED.search(text)
    while match:
        ends = (normal(match[1]), normal(match[2]) if match[2] else None)
        if ends not in seen:
            yield from between(*ends)
        seen.add(ends)
        at = match.end()
        while further := _FURTHER.match(text, at):
            yield normal(further[1])
            at = further.end()
        match = _NAMED.search(text, at)


def between(first: str, last: str | None) -> Iterator[str]:
    """Yield the whole numbers of a range, both ends included; of no range its one number."""
    yield first
    if last is None:
        return
    if first.isdigit() and last.isdigit() and len(first) + len(last) < 20:
        start, end = int(first), int(last)
        if start < end <= start + _WIDEST:
            yield from map(str, range(start + 1, end))
    yield last


def order(number: str) -> list[tuple[int, str]]:
    """Return a sort key for normal forms: `3`, `3.1`, `4`, `12`, `12a`."""
    return [
        (int(re.sub(r"\D", "", part)[:18] or 0), re.sub(r"\d", "", part))
        for part in number.split(".")
    ]


def normal(number: str) -> str:
    """Return a phase's number without leading zeros, its letter in lower case: `03.10B` is
    `3.10b`.
    """
    return ".".join(part.lstrip("0") or "0" for part in number.lower().split("."))
