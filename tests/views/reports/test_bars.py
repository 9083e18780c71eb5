"""Bars that show a run over time."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from forge.views.reports.bars import Bar, Scale, as_text, draw


def deed(
    kind: str, began: float, ended: float | None = None, text: str = "", good: bool | None = None
) -> Any:
    ended = began if ended is None else ended
    return SimpleNamespace(kind=kind, began_at=began, ended_at=ended, text=text or kind, good=good)


def bars(*deeds: Any) -> list[Bar]:
    """Return the bars of a run with one chapter."""
    chapter = SimpleNamespace(deeds=list(deeds))
    span = (min(deed.began_at for deed in deeds), max(deed.ended_at for deed in deeds))
    ((_, made),) = draw(SimpleNamespace(chapters=[chapter], span=span))  # type: ignore[arg-type]
    return made


def test_a_scale_maps_the_first_moment_to_0_and_the_last_to_100() -> None:
    scale = Scale([10.0, 12.0, 20.0], 100.0)
    assert [scale.at(moment) for moment in (10.0, 12.0, 20.0)] == [0.0, 20.0, 100.0]


def test_a_long_gap_is_shortened() -> None:
    scale = Scale([0.0, 10.0, 1000.0, 1010.0], 100.0)
    assert [scale.at(moment) for moment in (10.0, 1000.0, 1010.0)] == [25.0, 75.0, 100.0]


@pytest.mark.parametrize("moments", [[], [5.0]])
def test_a_scale_without_a_duration_maps_everything_to_0(moments: list[float]) -> None:
    assert Scale(moments, 0.0).at(5.0) == 0.0


def test_runner_and_checks_have_their_duration() -> None:
    made = bars(
        deed("runner", 0, 60, "the runner"),
        deed("check", 60, 100, "npm test", good=True),
        deed("check", 100, 120, "npm lint", good=False),
    )
    assert [bar.kind for bar in made] == ["runner", "check", "failed"]
    assert made[0].text.startswith("the runner, ")
    assert made[0].left == 0.0 and made[-1].left + made[-1].width == pytest.approx(100, abs=0.01)


def test_a_wait_lasts_from_a_pause_to_what_ends_it() -> None:
    made = bars(deed("runner", 0, 10), deed("pause", 10, text="question"), deed("resumed", 12))
    assert [(bar.kind, bar.text.endswith(": question")) for bar in made][1] == ("wait", True)


def test_an_end_without_a_pause_draws_nothing() -> None:
    assert bars(deed("runner", 0, 10), deed("resumed", 12))[1:] == []


@pytest.mark.parametrize(
    ("kind", "drawn"), [("commit", "mark"), ("checkpoint", "mark"), ("failure", "failed")]
)
def test_a_moment_is_a_mark_without_width(kind: str, drawn: str) -> None:
    made = bars(deed("runner", 0, 10), deed(kind, 10))
    assert (made[1].kind, made[1].width) == (drawn, 0.0)


def test_a_chapter_without_events_is_not_drawn() -> None:
    empty, full = SimpleNamespace(deeds=[]), SimpleNamespace(deeds=[deed("runner", 0, 1)])
    story: Any = SimpleNamespace(chapters=[empty, full], span=(0.0, 1.0))
    assert [chapter for chapter, _ in draw(story)] == [full]


def test_as_text_later_layers_cover_earlier_ones() -> None:
    made = [
        Bar("mark", 50.0, 0.0, ""),
        Bar("wait", 0.0, 100.0, ""),
        Bar("runner", 0.0, 30.0, ""),
        Bar("failed", 90.0, 10.0, ""),
    ]
    assert as_text(made, 10) == "###..|...x"


def test_as_text_a_bar_has_at_least_one_character() -> None:
    assert as_text([Bar("check", 100.0, 0.0, "")], 10) == "         ="
    assert as_text([], 4) == "    "
