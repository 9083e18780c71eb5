"""Show plans and items in columns."""

from __future__ import annotations

from typing import NamedTuple

from forge.front.envelope import Reply
from forge.front.operations.call import Call
from forge.text.printable import Line
from forge.views.tracker.board import Board, board
from forge.views.tracker.status import load_tracker


class Arguments(NamedTuple):
    """The board takes no arguments."""


def perform(call: Call, arguments: Arguments) -> Reply:
    columns = board(load_tracker(call.repository))
    return Reply(columns.as_data, lambda: _text(columns), view=columns)


def _text(columns: Board) -> list[Line]:
    """Return the columns one below the other, for callers that draw no table."""
    lines: list[Line] = []
    for column in [*columns.plans, *columns.items]:
        lines.append(f"{column.name} ({len(column.cards)})")
        lines += [f"  {card.id} {card.title}" for card in column.cards]
    return lines
