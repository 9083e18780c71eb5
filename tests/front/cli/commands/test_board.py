"""`forge board` at a terminal: columns, and a board that is kept up to date."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from forge.front.cli.commands import board as board_command
from forge.front.cli.main import main
from forge.views.tracker.board import Board
from tests.front.calling import Front
from tests.front.operations.test_tracker import put_plan


@pytest.fixture(autouse=True)
def here(front: Front, monkeypatch: pytest.MonkeyPatch) -> Front:
    monkeypatch.chdir(front.folder)
    monkeypatch.setenv("COLUMNS", "100")
    put_plan(front, "01-01", "Log in")
    return front


class Columns:
    """Stands for the drawing of columns, and records the boards that it is given."""

    def __init__(self, redraws: int) -> None:
        self.boards: list[list[str]] = []
        self.redraws = redraws

    def cards(self, board: Board) -> list[str]:
        return [card.id for column in board.plans for card in column.cards]

    def drawn(self, board: Board) -> str:
        return f"drawn: {self.cards(board)}"

    @contextmanager
    def live(self, board: Board) -> Iterator[Callable[[Board], None]]:
        self.boards.append(self.cards(board))
        yield self.redraw

    def redraw(self, board: Board) -> None:
        self.boards.append(self.cards(board))
        if len(self.boards) == self.redraws:
            raise KeyboardInterrupt


def test_a_board_is_drawn_in_columns(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board_command, "board_columns", Columns(0))
    assert main(["board"]) == 0
    assert capsys.readouterr().out == "drawn: ['01-01']\n"


def test_json_of_a_board_is_not_drawn(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board_command, "board_columns", None)
    assert main(["board", "--json"]) == 0
    columns = json.loads(capsys.readouterr().out)["data"]["columns"]
    assert [card["id"] for column in columns for card in column["cards"]] == ["01-01"]


def test_a_watched_board_is_read_again_until_ctrl_c(
    here: Front, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = Columns(redraws=3)

    def sleep(seconds: float) -> None:
        put_plan(here, f"01-0{len(columns.boards) + 1}", "More")

    monkeypatch.setattr(board_command, "board_columns", columns)
    monkeypatch.setattr(board_command.time, "sleep", sleep)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert main(["board", "--watch"]) == 0
    assert [sorted(cards) for cards in columns.boards] == [
        ["01-01"],
        ["01-01", "01-02"],
        ["01-01", "01-02", "01-03"],
    ]
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("words", [["board", "--watch"], ["board", "--watch", "--json"]])
def test_a_board_is_watched_at_a_terminal_only(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    assert "--watch draws on a terminal" in capsys.readouterr().err
