"""forge board: plans and items in columns."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, cast

import click

from forge.errors import UsageError
from forge.front.cli.click_types import Verb, display_option
from forge.front.cli.run_verb import Invocation, verb
from forge.front.envelope import Reply
from forge.lazy import at_first_use

if TYPE_CHECKING:
    from forge.front.cli import board_columns
    from forge.views.tracker.board import Board
else:  # rich is loaded only when columns are drawn
    board_columns = at_first_use("forge.front.cli.board_columns")

_PERIOD = 1.0  # seconds between two readings


@click.command("board", cls=Verb)
@display_option(
    "--watch", is_flag=True, help="Keep the board on the terminal up to date, until Ctrl-C."
)
@verb("board")
def command(invocation: Invocation, watch: bool) -> Reply:
    """Show the plans in columns, from open to proven, and below them the backlog.

    \b
    Example:
      forge board
      forge board --watch
    """
    if watch:
        return _watch(invocation)
    reply = invocation.perform()
    if invocation.as_json:
        return reply
    return reply._replace(text=board_columns.drawn(_board(reply)))


def _watch(invocation: Invocation) -> Reply:
    if invocation.as_json or not sys.stdout.isatty():
        raise UsageError(
            "--watch draws on a terminal",
            "leave it out, or call `forge board --json` again and again",
        )
    with board_columns.live(_board(invocation.perform())) as redraw:
        try:
            while True:
                time.sleep(_PERIOD)
                redraw(_board(invocation.perform()))
        except KeyboardInterrupt:
            return Reply({})


def _board(reply: Reply) -> Board:
    return cast("Board", reply.view)
