"""Facts about a backlog item for cross-document rules: plain data with places, small enough to
cache.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from forge.planning.backlog.item import Item
from forge.text.location import TOP, Spot
from forge.text.source import Span


class OpenCriterion(NamedTuple):
    """A criterion that is not ticked, and the evidence that it names."""

    spot: Spot
    evidence: str


class ItemFacts(NamedTuple):
    """The facts of an item. `open_criteria` is empty unless the item is done and was not closed by
    force.
    """

    path: str
    id: Spot
    depends_on: list[Spot]
    open_criteria: list[OpenCriterion]

    @classmethod
    def of(cls, item: Item) -> ItemFacts:
        """Return the facts of an item."""
        written = item.front.get("id")
        depends = item.front.get("depends_on")
        closed = item.status == "done" and not item.forced_reason
        return cls(
            item.path,
            Spot.of(item.source, written.span, item.id) if written else TOP._replace(text=item.id),
            [
                Spot.of(item.source, entry.span, entry.raw.strip())
                for entry in (depends.elements() if depends else [])
            ],
            list(_open(item)) if closed else [],
        )


def _open(item: Item) -> Iterator[OpenCriterion]:
    for criterion in item.criteria:
        if not criterion.ticked:
            span = criterion.value.span if criterion.value else criterion.box
            spot = Spot.of(item.source, span or Span(0, 0), criterion.text)
            yield OpenCriterion(spot, criterion.evidence)
