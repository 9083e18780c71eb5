"""What other documents need to know of a backlog item: plain data with places, small enough to keep
for every item.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from forge.planning.backlog.item import FORCED, Item
from forge.text.location import TOP, Spot
from forge.text.source import Span


class Open(NamedTuple):
    """A criterion that is not ticked, and the evidence that it names."""

    spot: Spot
    evidence: str


class ItemFacts(NamedTuple):
    """An item as its neighbours see it; `open_criteria` only where it is called done and was not
    closed by force.
    """

    path: str
    id: Spot
    depends_on: list[Spot]
    open_criteria: list[Open]

    @classmethod
    def of(cls, item: Item) -> ItemFacts:
        """Take the facts of an item that was read."""
        said = item.front.get("id")
        depends = item.front.get("depends_on")
        closed = item.status == "done" and not item.text(FORCED)
        return cls(
            item.path,
            Spot.of(item.source, said.span, item.id) if said else TOP._replace(text=item.id),
            [
                Spot.of(item.source, each.span, each.raw.strip())
                for each in (depends.elements() if depends else [])
            ],
            list(_open(item)) if closed else [],
        )


def _open(item: Item) -> Iterator[Open]:
    for criterion in item.criteria:
        if not criterion.ticked:
            span = criterion.value.span if criterion.value else criterion.box
            yield Open(Spot.of(item.source, span or Span(0, 0), criterion.text), criterion.evidence)
