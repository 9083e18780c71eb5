"""forge list: missions, phases, plans and items."""

from __future__ import annotations

import click

from forge.errors import UsageError
from forge.front.cli.answer import App, Reply, verb
from forge.front.cli.click_types import Verb, option
from forge.front.cli.shell_completion import names, words
from forge.lazy import at_first_use
from forge.planning.numbers import leading
from forge.text.printable import visible
from forge.views.lookup.listing import KINDS, Filters, Row, list_documents

difflib = at_first_use("difflib")  # for slips of the pen only
_WIDEST = 40
# how plans stand, then items and missions
WORDS = (
    "open",
    "ready",
    "archived",
    "claimed",
    "proven",
    "failed",
    "unproven",
    "stale",
    "running",
    "paused",
    "interrupted",
    "elsewhere",
    "damaged",
    "todo",
    "in_progress",
    "blocked",
    "done",
    "draft",
    "active",
    "cancelled",
)


@click.command("list", cls=Verb)
@click.argument(
    "kinds",
    nargs=-1,
    metavar="[missions|phases|plans|items]…",
    shell_complete=words("missions", "phases", "plans", "items"),
)
@option(
    "--status",
    "statuses",
    multiple=True,
    metavar="STATUS",
    help="Only those that stand so; several times for several.",
    shell_complete=words(*WORDS),
)
@option(
    "--phase",
    metavar="PHASE",
    help="Only what is part of this phase.",
    shell_complete=names("phase"),
)
@option(
    "--priority", "priorities", multiple=True, metavar="P0…P3", help="Only those of this priority."
)
@option("--archived", is_flag=True, help="Also what was put away.")
@verb("list")
def command(
    app: App,
    kinds: tuple[str, ...],
    statuses: tuple[str, ...],
    phase: str | None,
    priorities: tuple[str, ...],
    archived: bool,
) -> Reply:
    """List documents with how they stand: a plan by its runs and its summary, whatever it says of
    itself.

    \b
    Example:
      forge list
      forge list plans --phase 2 --status ready
      forge list items --status todo --priority P0 --priority P1
    """
    wanted = tuple(dict.fromkeys(_kind(kind) for kind in kinds))
    rows = list_documents(app.repository, Filters(wanted, statuses, priorities, archived))
    if phase is not None:
        rows = [row for row in rows if row.phase and _is(phase, row.phase)]
    width = min(max((len(row.id) for row in rows), default=0), _WIDEST)
    text = "\n".join(visible(_line(row, width)) for row in rows)
    return Reply(
        {"items": [row.as_data() for row in rows]},
        text or f"there is nothing to list{_meant(statuses)}",
    )


def _meant(statuses: tuple[str, ...]) -> str:
    """Return what statuses may have been meant of which nobody ever heard."""
    near = [
        found
        for word in statuses
        if word not in WORDS
        for found in difflib.get_close_matches(word, WORDS, 1)
    ]
    return f"; did you mean {' or '.join(f'`{word}`' for word in near)}?" if near else ""


def _kind(name: str) -> str:
    found = next((kind for kind in KINDS if name in (kind, f"{kind}s")), None)
    if found is None:
        raise UsageError(
            f"there are no `{name}` to list",
            f"name {', '.join(f'{kind}s' for kind in KINDS)}, or nothing for all",
        )
    return found


def _is(name: str, phase: str) -> bool:
    """Say whether a name means a phase's folder: the folder, its number, or its slug."""
    number = leading(name)
    return (
        phase == name
        or (number is not None and number == leading(phase))
        or phase.endswith(f"-{name}")
    )


def _line(row: Row, width: int) -> str:
    said = f"{row.kind:8}{row.id:{width}}  {row.status:12} {row.priority:3} {row.title[:80]}"
    return f"{said}  ({row.note})" if row.note else said
