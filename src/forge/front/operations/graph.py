"""Draw which plan waits for which."""

from __future__ import annotations

from typing import Literal, NamedTuple

from forge.errors import UnknownName
from forge.front.envelope import Reply
from forge.front.operations.call import Call
from forge.planning.names.catalog import Catalog
from forge.text.printable import plain_text
from forge.views.tracker.graph import DRAWINGS, graph
from forge.views.tracker.status import load_tracker


class Arguments(NamedTuple):
    """A phase, all of them by default, and the form of the drawing."""

    phase: str | None = None
    form: Literal["text", "mermaid", "dot"] = "text"


def perform(call: Call, arguments: Arguments) -> Reply:
    folder = _folder(call, arguments.phase) if arguments.phase else None
    plans = graph(load_tracker(call.repository), folder)
    drawing = DRAWINGS[arguments.form](plans)
    return Reply({**plans.as_data(), "drawing": plain_text(drawing)}, drawing)


def _folder(call: Call, name: str) -> str:
    catalog = Catalog(call.repository.root)
    phase = catalog.phase(name, call.folder)
    if phase is None:
        listed = [f"  {phase.folder}" for phase in catalog.phases]
        raise UnknownName(
            [f"there is no phase `{name}`; there are:", *listed],
            "name one by its number or its folder",
        )
    return phase.folder
