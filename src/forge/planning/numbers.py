"""The one grammar of phase and plan numbers.

A phase's number is `1`, `01`, `03.1` or `12A`; a plan's is `2` or `02b`; together they are a plan's
id, `03.1-02`. A slug may follow either: `01-setup`, `01-02-login`. Numbers are kept as written;
`normal` makes spellings of one number equal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

PHASE = r"\d+(?:\.\d+)*[A-Za-z]?"
PLAN = r"\d+[A-Za-z]?"
PLAN_ID = rf"{PHASE}-{PLAN}"
FIRST_WAVE = 1.0  # of plans that name none

# Patterns are compiled when they are first needed: most commands need few of them.
_PHASE_NAME = rf"(?:phase-)?(?P<number>{PHASE})(?:-(?P<slug>.+))?"
_PLAN_NAME = rf"(?P<phase>{PHASE})-(?P<plan>{PLAN})(?:-(?P<slug>.*))?"
_STEM = rf"{PHASE}(?:-{PLAN})?(?=-|$)"
_BEFORE_SLUG = rf"{PHASE}(?:-{PLAN})?-"
_LEADING = rf"(?i:(?:phase[\s_-]*)?({PHASE})(?!\w|\.\d))"
_NAMED = (
    rf"(?i:\bphases?\b[\s*_#:]*({PHASE})"
    rf"(?:\s*(?:-|–|—|\.\.|to|through|thru)\s*(?:phase\s*)?({PHASE}))?)"
)
_FURTHER = rf"(?i:\s*(?:,|&|\+|\band\b)\s*(?:phases?\s+)?({PHASE})(?!\w|\.\d))"
_DATE = r"\d{4}-\d\d-\d\d(?!\d)|\d{6}(?:-|$)|\d{8}(?:-|$)"
_MOST_IN_RANGE = 200


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.S)


class PhaseName(NamedTuple):
    """A phase's name in its parts: `01` and `setup` of `01-setup`; the slug may be empty."""

    number: str
    slug: str = ""

    def __str__(self) -> str:
        return f"{self.number}-{self.slug}" if self.slug else self.number


class PlanName(NamedTuple):
    """A plan's name in its parts: `01`, `02` and `login` of `01-02-login`; the slug may be
    empty.
    """

    phase: str
    plan: str
    slug: str = ""

    @property
    def id(self) -> str:
        """Both numbers as written: `01-02`."""
        return f"{self.phase}-{self.plan}"

    @property
    def key(self) -> str:
        """Both numbers in normal form, equal for every spelling: `1-2`."""
        return plan_key(self.phase, self.plan)

    def __str__(self) -> str:
        return f"{self.id}-{self.slug}" if self.slug else self.id


def is_phase(text: str) -> bool:
    """Return whether a text is a phase's number and nothing else."""
    return _compiled(PHASE).fullmatch(text) is not None


def is_plan(text: str) -> bool:
    """Return whether a text is the number of a plan within its phase and nothing else."""
    return _compiled(PLAN).fullmatch(text) is not None


def phase_name(text: str) -> PhaseName | None:
    """Parse a phase's name as folders have it: `01-setup`, `03.1`, `phase-07`."""
    match = _compiled(_PHASE_NAME).fullmatch(text)
    return PhaseName(match["number"], match["slug"] or "") if match else None


def plan_name(text: str) -> PlanName | None:
    """Parse a plan's name without its ending: `01-02`, `01-02-login`."""
    match = _compiled(_PLAN_NAME).fullmatch(text)
    return PlanName(match["phase"], match["plan"], match["slug"] or "") if match else None


def without_slug(name: str) -> str:
    """Return the number that a name begins with, `01-02` of `01-02-login`; the whole name if it
    begins with none.
    """
    match = _compiled(_STEM).match(name)
    return match[0] if match else name


def without_number(name: str) -> str:
    """Return the slug of a name, `login` of `01-02-login`; the whole name if it has no number."""
    match = _compiled(_BEFORE_SLUG).match(name)
    return name[match.end() :] if match else name


def digits(number: str) -> str:
    """Return a number without its letter: `02` of `02b`."""
    return number.rstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")


def normal(number: str) -> str:
    """Return a phase's number without leading zeros, its letter in lower case: `03.10B` is
    `3.10b`.
    """
    parts = (part.lstrip("0") for part in number.lower().split("."))
    return ".".join(part if part[:1].isdigit() else f"0{part}" for part in parts)


def plan_key(phase: str, plan: str) -> str:
    """Return a plan's id with both numbers in normal form."""
    return f"{normal(phase)}-{normal(plan)}"


def order(number: str) -> list[tuple[int, str]]:
    """Return a sort key for normal forms: `3`, `3.1`, `4`, `12`, `12a`."""
    return [
        (int(re.sub(r"\D", "", part)[:18] or 0), re.sub(r"\d", "", part))
        for part in number.split(".")
    ]


def leading(text: str) -> str | None:
    """Return the normal form of the number that a phase's name begins with (`01-setup`, `Phase 3:
    x`); None for dates.
    """
    name = text.strip()
    if _compiled(_DATE).match(name):
        return None
    match = _compiled(_LEADING).match(name)
    return normal(match[1]) if match else None


def bare(text: str) -> str | None:
    """Return the normal form of a text that is a phase's number and nothing else, else None."""
    return normal(text) if is_phase(text) and leading(text) == normal(text) else None


def mentioned(text: str) -> Iterator[str]:
    """Yield every phase that a text mentions as `Phase 3`, `Phases 1-5` or `Phases 1, 2 and 4`, in
    normal form.
    """
    seen: set[tuple[str, str | None]] = set()
    named, further_one = _compiled(_NAMED), _compiled(_FURTHER)
    match = named.search(text)
    while match:
        ends = (normal(match[1]), normal(match[2]) if match[2] else None)
        if ends not in seen:
            yield from between(*ends)
        seen.add(ends)
        at = match.end()
        while further := further_one.match(text, at):
            yield normal(further[1])
            at = further.end()
        match = named.search(text, at)


def between(first: str, last: str | None) -> Iterator[str]:
    """Yield the whole numbers of a range, both ends included; only `first` if `last` is None."""
    yield first
    if last is None:
        return
    if first.isdigit() and last.isdigit() and len(first) + len(last) < 20:
        start, end = int(first), int(last)
        if start < end <= start + _MOST_IN_RANGE:
            yield from map(str, range(start + 1, end))
    yield last
