"""Make a mission, a phase, a plan or a backlog item."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

from forge.errors import UsageError
from forge.front.envelope import Reply
from forge.front.operations.arguments import AtLeast
from forge.front.operations.call import Call
from forge.lazy import at_first_use
from forge.planning.edits.new_documents import Wishes

if TYPE_CHECKING:
    from forge.run.documents import items, missions, phases, plans
else:
    items = at_first_use("forge.run.documents.items")
    missions = at_first_use("forge.run.documents.missions")
    phases = at_first_use("forge.run.documents.phases")
    plans = at_first_use("forge.run.documents.plans")

_MAKERS = {
    "item": lambda: items.create,
    "mission": lambda: missions.create,
    "phase": lambda: phases.create,
    "plan": lambda: plans.create,
}
_FIELDS = {
    "item": {"priority", "status", "depends_on", "accept", "links"},
    "mission": {"goal", "phase"},
    "phase": {"depends_on"},
    "plan": {"phase", "wave", "depends_on", "requirements"},
}


class Arguments(NamedTuple):
    """The kind of a document, its title, and the fields that this kind has."""

    kind: Literal["item", "mission", "phase", "plan"]
    title: tuple[str, ...]
    phase: str | None = None
    depends_on: tuple[str, ...] = ()
    wave: Annotated[int, AtLeast(0)] | None = None
    requirements: tuple[str, ...] = ()
    priority: Literal["P0", "P1", "P2", "P3"] | None = None
    status: Literal["todo", "in_progress", "blocked", "done"] | None = None
    accept: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    goal: str | None = None


def perform(call: Call, arguments: Arguments) -> Reply:
    fields = arguments._asdict()
    kind, title = fields.pop("kind"), fields.pop("title")
    given = {name: value for name, value in fields.items() if value not in (None, ())}
    if surplus := sorted(set(given) - _FIELDS[kind]):
        options = ", ".join(f"--{name.replace('_', '-').removesuffix('s')}" for name in surplus)
        raise UsageError(
            f"a {kind} has no {options}",
            "leave it out; `forge help new` lists what each kind takes",
        )
    create = _MAKERS[kind]()
    created = create(call.repository, " ".join(title), Wishes(**given), call.folder)
    return Reply(created.as_data(), f"{created.id}  {created.path}")
