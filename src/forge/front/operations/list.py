"""List missions, phases, plans and items."""

from __future__ import annotations

from typing import NamedTuple

from forge.errors import UsageError
from forge.front.envelope import Reply
from forge.front.operations.call import Call
from forge.lazy import at_first_use
from forge.planning.numbers import leading
from forge.text.printable import Line
from forge.views.lookup.listing import KINDS, Filters, Row, list_documents

difflib = at_first_use("difflib")  # for misspelled statuses only
_WIDEST_ID = 40
_PLAN_STATUSES = "open ready archived claimed proven failed unproven stale"
_RUN_STATUSES = "running paused interrupted elsewhere damaged"
_OTHER_STATUSES = "todo in_progress blocked done draft active cancelled"
STATUSES = tuple(f"{_PLAN_STATUSES} {_RUN_STATUSES} {_OTHER_STATUSES}".split())
"""The statuses of plans and their runs, then of items and missions."""


class Arguments(NamedTuple):
    """Which documents to list; an empty filter lists all of them."""

    kinds: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    phase: str | None = None
    priorities: tuple[str, ...] = ()
    archived: bool = False


def perform(call: Call, arguments: Arguments) -> Reply:
    kinds = tuple(dict.fromkeys(_kind(name) for name in arguments.kinds))
    filters = Filters(kinds, arguments.statuses, arguments.priorities, arguments.archived)
    rows = list_documents(call.repository, filters)
    if arguments.phase is not None:
        rows = [row for row in rows if row.phase and is_phase(arguments.phase, row.phase)]
    width = min(max((len(row.id) for row in rows), default=0), _WIDEST_ID)
    lines: list[Line] = [_line(row, width) for row in rows]
    nothing = f"there is nothing to list{_suggestion(arguments.statuses)}"
    return Reply({"items": [row.as_data() for row in rows]}, lines or nothing)


def _suggestion(statuses: tuple[str, ...]) -> str:
    """Return a question about misspelled statuses, or an empty text."""
    unknown = [word for word in statuses if word not in STATUSES]
    near = [match for word in unknown for match in difflib.get_close_matches(word, STATUSES, 1)]
    return f"; did you mean {' or '.join(f'`{word}`' for word in near)}?" if near else ""


def _kind(name: str) -> str:
    kind = next((kind for kind in KINDS if name in (kind, f"{kind}s")), None)
    if kind is None:
        raise UsageError(
            f"there are no `{name}` to list",
            f"name {', '.join(f'{kind}s' for kind in KINDS)}, or nothing for all",
        )
    return kind


def is_phase(name: str, folder: str) -> bool:
    """Return whether a name means a phase: by its folder, its number or its slug."""
    number = leading(name)
    same_number = number is not None and number == leading(folder)
    return folder == name or same_number or folder.endswith(f"-{name}")


def _line(row: Row, width: int) -> str:
    line = f"{row.kind:8}{row.id:{width}}  {row.status:12} {row.priority:3} {row.title[:80]}"
    return f"{line}  ({row.note})" if row.note else line
