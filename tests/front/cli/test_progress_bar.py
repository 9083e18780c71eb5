"""The progress bar: shown for long work at a terminal only, and removed at its end."""

from __future__ import annotations

import io
import sys
import threading

import pytest

from forge.front.cli import progress_bar


class TerminalStream(io.StringIO):
    """Standard error as a terminal."""

    def isatty(self) -> bool:
        return True


class RecordedBar:
    """Stands for the bar of rich, and records what it is asked to show."""

    def __init__(self) -> None:
        self.calls: list[tuple[object, ...]] = []
        self.started = threading.Event()

    def add_task(self, label: str, *, total: int | None, completed: int) -> int:
        self.calls.append((label, completed, total))
        return 1

    def start(self) -> None:
        self.started.set()

    def update(self, task: int, *, completed: int, total: int) -> None:
        self.calls.append((task, completed, total))

    def stop(self) -> None:
        self.calls.append(("stopped",))


@pytest.fixture
def bar(monkeypatch: pytest.MonkeyPatch) -> RecordedBar:
    recorded = RecordedBar()
    monkeypatch.setattr(progress_bar, "draw", lambda done, *, color: recorded)
    return recorded


def test_short_work_shows_no_bar(bar: RecordedBar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", TerminalStream())
    with progress_bar.waiting("short") as progress:
        assert progress is not None
        progress(1, 2)
    assert bar.calls == []


def test_long_work_shows_a_bar_until_it_is_done(
    bar: RecordedBar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", TerminalStream())
    monkeypatch.setattr(progress_bar, "PATIENCE", 0.001)
    with progress_bar.waiting("long") as progress:
        assert progress is not None
        progress(1, 3)
        assert bar.started.wait(20)
        progress(2, 3)
    assert bar.calls[0][0] == "long" and bar.calls[-2:] == [(1, 2, 3), ("stopped",)]


def test_a_bar_that_was_hidden_is_never_shown(bar: RecordedBar) -> None:
    hidden = progress_bar._Bar("late", color=False)
    hidden.hide()
    hidden.show()
    assert bar.calls == []


def test_without_a_terminal_nothing_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with progress_bar.waiting("unseen") as progress:
        assert progress is None


@pytest.mark.parametrize(("done", "shows_numbers"), [((3, 12), True), (None, False)])
def test_the_bar_counts_if_the_amount_of_work_is_known(
    done: tuple[int, int] | None,
    shows_numbers: bool,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("FORCE_COLOR", "1")
    drawn = progress_bar.draw(done, color=False)
    task = drawn.add_task("reading documents", total=12, completed=0)
    drawn.start()
    drawn.update(task, completed=7)
    drawn.stop()
    shown = capsys.readouterr().err
    assert "reading documents" in shown and ("7/12" in shown) == shows_numbers
