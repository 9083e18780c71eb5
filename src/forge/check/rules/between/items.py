"""duplicate-item, item-dependency and item-not-done: backlog items together."""

from __future__ import annotations

from collections.abc import Iterator

from forge.check.rules.model import Rule, shown
from forge.check.rules.project import Project
from forge.planning.backlog import paths
from forge.planning.backlog.facts import ItemFacts
from forge.text.command_line import forge_command
from forge.text.finding import Finding

DUPLICATE = Rule("duplicate-item", "error", False, "no two items have the same id")
DEPENDS = Rule(
    "item-dependency", "error", False, "an item depends on items that exist, and not on itself"
)
NOT_DONE = Rule(
    "item-not-done",
    "error",
    False,
    "each acceptance criterion of a done item is ticked or has evidence",
)


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
            yield DEPENDS.on(item.path, spot, "the item depends on itself", "remove the entry")
        elif spot.text and spot.text not in known:
            yield DEPENDS.on(
                item.path,
                spot,
                f"there is no item {shown(spot.text)}",
                "`forge list items` lists all items",
            )


def _not_done(item: ItemFacts, project: Project) -> Iterator[Finding]:
    for spot, evidence in item.open_criteria:
        if evidence and project.exists(evidence):
            continue
        message = f"the status is done, and {shown(spot.text)} is not ticked"
        if evidence:
            message += f"; {evidence} does not exist"
        command = forge_command("set", item.id.text, "status=done")
        hint = f"tick it, or `{command} --force --reason TEXT`"
        yield NOT_DONE.on(item.path, spot, message, hint)
