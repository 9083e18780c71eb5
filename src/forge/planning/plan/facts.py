"""Facts about a plan for cross-document rules: plain data with places, small enough to cache."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from forge.planning.plan import scope
from forge.planning.plan.plan import Plan
from forge.text import tags
from forge.text.location import TOP, Spot
from forge.text.source import Span
from forge.text.yaml.parse import Value

_REFERENCE = re.compile(r"^[ \t]*(?:[-*][ \t]+)?@([^\s@`]+)", re.M)
_NAME = re.compile(r"[^\s(,;]+")
_DONE = re.compile(r"(?:completed?|done|finished|shipped|implemented|executed)\b", re.I)
_LONGEST = 300


class PlanFacts(NamedTuple):
    """The facts of a plan. Every entry is as it was written, with its place.

    `paths` are all that it may write; `gaps` means that it closes gaps of other plans, in a round
    of its own.
    """

    path: str
    phase: Spot | None
    number: Spot | None
    wave: float | None
    wave_spot: Spot | None
    depends_on: list[Spot]
    files: list[Spot]
    requirements: list[Spot]
    references: list[Spot]
    status: Spot | None
    paths: list[str]
    gaps: bool

    @property
    def calls_done(self) -> bool:
        """Whether the plan's `status` says that it is done."""
        return self.status is not None and _DONE.match(self.status.text) is not None

    @classmethod
    def of(cls, plan: Plan) -> PlanFacts:
        """Return the facts of a plan."""
        wave = plan.front.get("wave")
        number = wave.data if wave else None
        is_number = isinstance(number, (int, float)) and not isinstance(number, bool)
        gaps = plan.front.get("gap_closure")
        return cls(
            plan.path,
            _scalar(plan, "phase"),
            _scalar(plan, "plan"),
            float(number) if is_number else None,  # type: ignore[arg-type]
            _scalar(plan, "wave"),
            list(_listed(plan, "depends_on")),
            list(_files(plan)),
            list(_requirements(plan)),
            list(_references(plan)),
            _scalar(plan, "status"),
            list(plan.write_scope.paths),
            gaps is not None and gaps.data is True,
        )

    @property
    def head(self) -> Spot:
        """The place of findings about the plan as a whole."""
        return self.phase or TOP


def _is_scalar(value: Value | None) -> bool:
    return value is not None and value.data is not None and not isinstance(value.data, (dict, list))


def _scalar(plan: Plan, key: str) -> Spot | None:
    value = plan.front.get(key)
    if value is None or not _is_scalar(value):
        return None
    return Spot.of(plan.source, value.span, value.raw.strip()[:_LONGEST])


def _listed(plan: Plan, key: str) -> Iterator[Spot]:
    value = plan.front.get(key)
    for element in value.elements() if value else []:
        if _is_scalar(element) and element.raw.strip():
            yield Spot.of(plan.source, element.span, element.raw.strip()[:_LONGEST])


def _files(plan: Plan) -> Iterator[Spot]:
    value = plan.front.get("files_modified")
    for element in value.elements() if value else []:
        if _is_scalar(element):
            yield from (
                Spot.of(plan.source, element.span, path[:_LONGEST])
                for path in scope.paths_in(element.raw)
            )


def _requirements(plan: Plan) -> Iterator[Spot]:
    """Yield each requirement that the front matter names; an entry may have several, each followed
    by words.
    """
    for entry in _listed(plan, "requirements"):
        for part in re.split(r"[,;]\s*", entry.text):
            if name := _NAME.match(part.strip()):
                yield entry._replace(text=name[0])


def _references(plan: Plan) -> Iterator[Spot]:
    text = plan.source.text
    section = tags.section(text, "context", plan.body_start)
    if section is not None:
        for match in _REFERENCE.finditer(text, section.inner.start, section.inner.end):
            path = match[1].rstrip(".,;:)")
            start = match.start(1) - 1
            yield Spot.of(plan.source, Span(start, start + 1 + len(path)), path[:_LONGEST])
