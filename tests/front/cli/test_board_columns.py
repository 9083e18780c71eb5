"""The board as columns on a terminal."""

from __future__ import annotations

import click
import pytest

from forge.front.cli.board_columns import drawn, live
from forge.views.tracker.board import Board, Card, Column


def column(name: str, *titles: str) -> Column:
    return Column(name, [Card(f"01-{n:02}", title, "") for n, title in enumerate(titles, 1)])


def board(*plans: Column, items: list[Column] | None = None) -> Board:
    return Board(list(plans), items or [])


@pytest.fixture(autouse=True)
def columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.delenv("FORCE_COLOR", raising=False)


def test_columns_are_side_by_side_with_their_counts() -> None:
    text = drawn(board(column("open", "Log in"), column("ready"), column("proven", "Begin")))
    head, first = text.splitlines()[:2]
    assert head.split() == ["open", "(1)", "ready", "(0)", "proven", "(1)"]
    assert "01-01 Log in" in first and first.index("01-01 Log in") < first.index("01-01 Begin")


def test_empty_columns_are_shown_only_if_a_newcomer_needs_them() -> None:
    text = drawn(board(column("open"), column("running"), column("claimed"), column("proven")))
    assert text.split() == ["open", "(0)", "proven", "(0)"]


def test_the_backlog_is_below_the_plans() -> None:
    text = drawn(board(column("open", "Log in"), items=[column("todo", "Count it")]))
    lines = [line.strip() for line in text.splitlines()]
    assert lines.index("backlog") < next(
        number for number, line in enumerate(lines) if "Count it" in line
    )


def test_an_empty_backlog_is_left_out() -> None:
    assert "backlog" not in drawn(board(column("open", "Log in"), items=[column("todo")]))


@pytest.mark.parametrize(
    ("name", "first", "last"), [("open", "01-01", "01-12"), ("proven", "01-04", "01-15")]
)
def test_a_long_column_shows_what_matters_most(name: str, first: str, last: str) -> None:
    """Of what is open that is the start, of what is done the end."""
    text = drawn(board(column(name, *[f"Plan {n}" for n in range(15)])))
    shown = [word for word in text.split() if word.startswith("01-")]
    assert (shown[0], shown[-1], len(shown)) == (first, last, 12)
    assert "and 3 more" in text


def test_a_narrow_terminal_has_one_column(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    text = drawn(board(column("open", "Log in"), column("proven", "Begin")))
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    assert lines == ["open (1)", "01-01 Log in", "proven (1)", "01-01 Begin"]


def test_a_title_cannot_disguise_itself() -> None:
    assert "\x1b[31m" not in drawn(board(column("open", "\x1b[31mred")))


def test_a_note_is_shown_after_the_title() -> None:
    card = Card("01-01", "Log in", "waits")
    assert "01-01 Log in waits" in drawn(board(Column("open", [card])))


def test_a_board_on_the_terminal_is_redrawn(capsys: pytest.CaptureFixture[str]) -> None:
    with live(board(column("open", "Log in"))) as redraw:
        redraw(board(column("proven", "Log in")))
    assert "proven (1)" in click.unstyle(capsys.readouterr().out)
