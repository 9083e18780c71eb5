"""The one grammar of phase and plan numbers.

A phase's number is `1`, `01`, `03.1` or `12A`; a plan's is `2` or `02b`; together they are a plan's
id, `03.1-02`. A slug may follow either: `01-setup`, `01-02-login`. Numbers are kept as written;
`normal` makes spellings of one number equal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

PHASE = r"\d+(?:\.\d+)*[A-Za-z]?"
PLAN = r"\d+[A-Za-z]?"
PLAN_ID = rf"{PHASE}-{PLAN}"

_IS_PHASE = re.compile(PHASE)
_IS_PLAN = re.compile(PLAN)
_PHASE_NAME = re.compile(rf"(?:phase-)?(?P<number>{PHASE})(?:-(?P<slug>.+))?", re.S)
_PLAN_NAME = re.compile(rf"(?P<phase>{PHASE})-(?P<plan>{PLAN})(?:-(?P<slug>.*))?", re.S)
_STEM = re.compile(rf"{PHASE}(?:-{PLAN})?(?=-|$)")
_BEFORE_SLUG = re.compile(rf"{PHASE}(?:-{PLAN})?-")
_LEADING = re.compile(rf"(?:phase[\s_-]*)?({PHASE})(?!\w|\.\d)", re.I)
_NAMED = re.compile(
    rf"\bphases?\b[\s*_#:]*({PHASE})(?:\s*(?:-|–|—|\.\.|to|through|thru)\s*(?:phase\s*)?({PHASE}))?",
    re.I,
)
_FURTHER = re.compile(rf"\s*(?:,|&|\+|\band\b)\s*(?:phases?\s+)?({PHASE})(?!\w|\.\d)", re.I)
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?!\d)|\d{6}(?:-|$)|\d{8}(?:-|$)")
_MOST_IN_RANGE = 200


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
    return _IS_PHASE.fullmatch(text) is not None


def is_plan(text: str) -> bool:
    """Return whether a text is the number of a plan within its phase and nothing else."""
    return _IS_PLAN.fullmatch(text) is not None


def phase_name(text: str) -> PhaseName | None:
    """Parse a phase's name as folders have it: `01-setup`, `03.1`, `phase-07`."""
    match = _PHASE_NAME.fullmatch(text)
    return PhaseName(match["number"], match["slug"] or "") if match else None


def plan_name(text: str) -> PlanName | None:
    """Parse a plan's name without its ending: `01-02`, `01-02-login`."""
    match = _PLAN_NAME.fullmatch(text)
    return PlanName(match["phase"], match["plan"], match["slug"] or "") if match else None


def without_slug(name: str) -> str:
    """Return the number that a name begins with, `01-02` of `01-02-login`; the whole name if it
    begins with none.
    """
    match = _STEM.match(name)
    return match[0] if match else name


def without_number(name: str) -> str:
    """Return the slug of a name, `login` of `01-02-login`; the whole name if it has no number."""
    match = _BEFORE_SLUG.match(name)
    return name[match.end() :] if match else name


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
    match = None if _DATE.match(text.strip()) else _LEADING.match(text.strip())
    return normal(match[1]) if match else None


def bare(text: str) -> str | None:
    """Return the normal form of a text that is a phase's number and nothing else, else None."""
    return normal(text) if is_phase(text) and leading(text) == normal(text) else None


def mentioned(text: str) -> Iterator[str]:
    """Yield every phase that a text mentions as `Phase 3`, `Phases 1-5` or `Phases 1, 2 and 4`, in
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
    """Yield the whole numbers of a range, both ends included; only `first` if `last` is None."""
    yield first
    if last is None:
        return
    if first.isdigit() and last.isdigit() and len(first) + len(last) < 20:
        start, end = int(first), int(last)
        if start < end <= start + _MOST_IN_RANGE:
            yield from map(str, range(start + 1, end))
    yield last
