"""item-front-matter and item-shape: a backlog item by itself."""

from __future__ import annotations

from collections.abc import Iterator

from forge.check import schema
from forge.check.rules.model import Rule, shown
from forge.planning.backlog.item import Item
from forge.text.finding import Finding

FRONT = Rule(
    "item-front-matter", "error", False, "an item begins with front matter that is YAML 1.2"
)
SHAPE = Rule(
    "item-shape",
    "error",
    False,
    "an item has an id, a title and a status, and its keys have the types of the schema",
)


def check(item: Item) -> Iterator[Finding]:
    """Yield everything that is wrong with an item by itself."""
    yield from item.findings
    if item.findings:
        return
    yield from schema.shape(item.source, item.front, "item", SHAPE.id, SHAPE.severity)
    written = item.front.get("id")
    if written is not None and written.raw.strip() and item.id != written.raw.strip():
        yield SHAPE.at(
            item.source,
            written.span,
            f"the id is {shown(written.raw)}, and the file's name begins with {shown(item.id)}",
            f"name the file `{written.raw.strip()}-….md`, or write `id: {item.id}`",
        )
