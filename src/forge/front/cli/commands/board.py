"""forge board: plans and items in columns."""

from __future__ import annotations

import importlib
import sys
import time
from types import ModuleType

import click

from forge.errors import UsageError
from forge.front.cli.answer import App, Reply, verb
from forge.front.cli.click_types import Verb, option
from forge.views.tracker.board import Board, board
from forge.views.tracker.status import load_tracker

_PERIOD = 1.0  # seconds between two looks


@click.command("board", cls=Verb)
@option(
    "--watch", is_flag=True, help="Keep the board on the terminal and up to date, until Ctrl-C."
)
@verb("board")
def command(app: App, watch: bool) -> Reply:
    """Show the plans in columns, from open to proven, and below them the backlog.

    \b
    Example:
      forge board
      forge board --watch
    """
    if not watch:
        found = _board(app)
        return Reply(found.as_data(), "" if app.as_json else _drawn(found))
    if app.as_json or not sys.stdout.isatty():
        raise UsageError(
            "--watch draws on a terminal",
            "leave it out, or call `forge board --json` again and again",
        )
    with _drawing().live(_board(app)) as show:
        try:
            while True:
                time.sleep(_PERIOD)
                show(_board(app))
        except KeyboardInterrupt:
            return Reply({})


def _board(app: App) -> Board:
    return board(load_tracker(app.repository))


def _drawn(found: Board) -> str:
    text: str = _drawing().drawn(found)
    return text


def _drawing() -> ModuleType:
    """Load what draws: rich is needed for nothing else here."""
    return importlib.import_module("forge.front.cli.board_columns")
