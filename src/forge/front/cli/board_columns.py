"""The board as columns on a terminal."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from forge.text.printable import Verbatim, visible_line
from forge.views.tracker.board import Board, Column

_COLORS = {
    "open": "white",
    "ready": "cyan",
    "running": "blue",
    "waiting": "yellow",
    "claimed": "magenta",
    "not proven": "red",
    "proven": "green",
    "todo": "white",
    "in progress": "blue",
    "blocked": "yellow",
    "done": "magenta",
}
_ALWAYS = ("open", "ready", "proven", "todo", "in progress", "done")
_SHOWN_FROM_THE_END = ("claimed", "proven", "done")  # the latest cards matter most
_SHOWN = 12  # cards of a column
_NARROW = 60  # columns of a terminal on which the board is one column


def drawn(board: Board) -> Verbatim:
    """Return the board as text, as wide as the terminal; with colors at a terminal only."""
    console = Console(width=shutil.get_terminal_size((120, 40)).columns, legacy_windows=False)
    with console.capture() as captured:
        console.print(_bands(board, console.width))
    return Verbatim(captured.get().rstrip("\n"))


@contextmanager
def live(board: Board) -> Iterator[Callable[[Board], None]]:
    """Show the board on the terminal, and yield a function that redraws it."""
    console = Console()
    with Live(
        _bands(board, console.width), console=console, auto_refresh=False, screen=False
    ) as drawing:
        yield lambda changed: drawing.update(_bands(changed, console.width), refresh=True)


def _bands(board: Board, width: int) -> Group:
    """Draw the plans, and below them the backlog if there is one."""
    items = [Text(), Text("backlog", style="bold underline"), _table(board.items, width)]
    return Group(
        _table(board.plans, width), *(items if any(column.cards for column in board.items) else [])
    )


def _table(columns: list[Column], width: int) -> Table | Group:
    filled = [column for column in columns if column.cards or column.name in _ALWAYS]
    if width < _NARROW:
        return Group(
            *(part for column in filled for part in (_heading(column), *_cards(column), Text()))
        )
    table = Table(expand=True, box=None, padding=(0, 2, 0, 0))
    for column in filled:
        table.add_column(_heading(column), ratio=3 if column.cards else 1, overflow="fold")
    table.add_row(*(Group(*_cards(column)) for column in filled))
    return table


def _heading(column: Column) -> Text:
    return Text(
        f"{visible_line(column.name)} ({len(column.cards)})",
        style=f"bold {_COLORS.get(column.name, 'white')}",
    )


def _cards(column: Column) -> Iterator[Text]:
    for card in (
        column.cards[-_SHOWN:] if column.name in _SHOWN_FROM_THE_END else column.cards[:_SHOWN]
    ):
        yield Text.assemble(
            (visible_line(card.id), "bold"),
            " ",
            visible_line(card.title[:70]),
            (f" {visible_line(card.note)}" if card.note else "", "dim"),
        )
    if len(column.cards) > _SHOWN:
        yield Text(f"and {len(column.cards) - _SHOWN} more", style="dim")
