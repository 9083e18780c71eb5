"""What the name in an argument means: a plan, a document, or a run that waits for an answer."""

from __future__ import annotations

from forge.front.operations.call import Call
from forge.planning.names.catalog import Catalog
from forge.planning.plan.plan import Plan
from forge.records.record import all_runs, open_anywhere


def plan_named(call: Call, name: str) -> Plan:
    """Return the plan of a name, read. Raises UnknownName, and ForgeError if it cannot be read."""
    catalog = Catalog(call.repository.root)
    return catalog.load(catalog.one(name, call.folder))


def means_run(call: Call, name: str | None) -> bool:
    """Return whether an answer is for a run: without a name the open one, else by its id."""
    if name is None:
        return bool(open_anywhere(call.repository))
    return any(name == record.card.run for record in all_runs(call.repository))
