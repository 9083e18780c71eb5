"""Rules about backlog items: their shape, their ids, what they depend on, and whether `done` is
backed by their criteria.
"""

from __future__ import annotations

from collections.abc import Iterator

from forge.check import schema
from forge.check.rules.model import Rule, shown
from forge.check.rules.project import Project
from forge.planning.backlog import paths
from forge.planning.backlog.facts import ItemFacts
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
DUPLICATE = Rule("duplicate-item", "error", False, "no two items have one id")
DEPENDS = Rule(
    "item-dependency", "error", False, "an item depends on items that are there, and not on itself"
)
NOT_DONE = Rule(
    "item-not-done",
    "error",
    False,
    "an item that is called done has its acceptance criteria ticked or evidenced",
)


def check_item(item: Item) -> Iterator[Finding]:
    """Yield everything that is wrong with an item by itself."""
    yield from item.findings
    if not item.findings:
        yield from schema.shape(item.source, item.front, "item", SHAPE.id, SHAPE.severity)
        said = item.front.get("id")
        if said is not None and said.raw.strip() and item.id != said.raw.strip():
            wrong = f"the id is {shown(said.raw)}, and the file's name begins with {shown(item.id)}"
            hint = f"name the file `{said.raw.strip()}-….md`, or write `id: {item.id}`"
            yield SHAPE.at(item.source, said.span, wrong, hint)


def check(project: Project) -> Iterator[Finding]:
    """Yield what is wrong between items."""
    first: dict[str, str] = {}
    for item in project.items:
        other = first.setdefault(item.id.text, item.path)
        if other != item.path:
            yield DUPLICATE.on(
                item.path,
                item.id,
                f"`{item.id.text}` is also the id of `{other}`",
                "give one of the two a new id",
            )
    for item in project.items:
        if not item.path.startswith(f"{paths.ARCHIVE}/"):
            yield from _dependencies(item, first)
            yield from _not_done(item, project)


def _dependencies(item: ItemFacts, known: dict[str, str]) -> Iterator[Finding]:
    for spot in item.depends_on:
        if spot.text == item.id.text:
            yield DEPENDS.on(item.path, spot, "the item depends on itself", "take the entry out")
        elif spot.text and spot.text not in known:
            yield DEPENDS.on(
                item.path,
                spot,
                f"there is no item {shown(spot.text)}",
                "`forge list items` shows what there is",
            )


def _not_done(item: ItemFacts, project: Project) -> Iterator[Finding]:
    for spot, evidence in item.open_criteria:
        if not (evidence and project.exists(evidence)):
            said = f"the item is called done, and {shown(spot.text)} is not ticked" + (
                f"; {evidence} is not there" if evidence else ""
            )
            yield NOT_DONE.on(
                item.path,
                spot,
                said,
                f"tick it, or `forge set {item.id.text} status=done --force --reason TEXT`",
            )
