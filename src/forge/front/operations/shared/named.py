"""The plan that an argument names."""

from __future__ import annotations

from forge.front.operations.call import Call
from forge.planning.names.catalog import Catalog
from forge.planning.plan.plan import Plan


def plan_named(call: Call, name: str) -> Plan:
    """Return the plan of a name, read. Raises UnknownName, and ForgeError if it cannot be read."""
    catalog = Catalog(call.repository.root)
    return catalog.load(catalog.one(name, call.folder))
