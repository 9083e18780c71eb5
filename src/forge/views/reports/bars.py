"""Draws a run over time: for each chapter, bars for its runner, its checks and its waits."""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise

from msgspec import Struct

from forge.views.runs.story import Chapter, Deed, Story, duration_text

_LAYERS = ("wait", "runner", "check", "mark", "failed")  # later ones are drawn over earlier ones
_SIGNS = {"wait": ".", "runner": "#", "check": "=", "mark": "|", "failed": "x"}
_LONGEST_GAP = 0.2  # share of the time worked that one gap between events may take
_ENDS_A_WAIT = ("resumed", "recovered", "skipped", "stopped", "retry")
_MARKED = ("commit", "checkpoint", "failure")


class Bar(Struct, frozen=True):
    """A bar at `left` with a `width`, both in percent; `kind` is one of the layers."""

    kind: str
    left: float
    width: float
    text: str


class Scale:
    """Maps times to percent of the width; long gaps are shortened so that the work stays visible.

    `moments` are the times that `at` may be asked for, `worked` the seconds worked in all.
    """

    def __init__(self, moments: list[float], worked: float) -> None:
        self._moments = sorted(set(moments)) or [0.0]
        longest_gap = max(worked * _LONGEST_GAP, 1.0)
        self._positions = [0.0]
        for earlier, later in pairwise(self._moments):
            self._positions.append(self._positions[-1] + min(later - earlier, longest_gap))

    def at(self, moment: float) -> float:
        """Return the position of a moment in percent."""
        number = min(max(bisect_right(self._moments, moment) - 1, 0), len(self._moments) - 1)
        return round(100 * self._positions[number] / (self._positions[-1] or 1.0), 3)


def draw(story: Story) -> list[tuple[Chapter, list[Bar]]]:
    """Return the bars of each chapter that has events."""
    deeds = [deed for chapter in story.chapters for deed in chapter.deeds]
    moments = [
        *story.span,
        *(moment for deed in deeds for moment in (deed.began_at, deed.ended_at)),
    ]
    scale = Scale(moments, sum(deed.ended_at - deed.began_at for deed in deeds))
    return [(chapter, _bars(chapter.deeds, scale)) for chapter in story.chapters if chapter.deeds]


def as_text(bars: list[Bar], width: int = 60) -> str:
    """Return bars as one line of characters: `#` runner, `=` check, `x` failed, `.` wait, `|`
    commit.
    """
    cells = [" "] * width
    for bar in sorted(bars, key=lambda bar: _LAYERS.index(bar.kind)):
        first = min(int(bar.left * width / 100), width - 1)
        last = min(max(first + 1, int((bar.left + bar.width) * width / 100)), width)
        cells[first:last] = _SIGNS[bar.kind] * (last - first)
    return "".join(cells)


def _bars(deeds: list[Deed], scale: Scale) -> list[Bar]:
    bars: list[Bar] = []
    waiting: Deed | None = None
    for deed in deeds:
        left, right = scale.at(deed.began_at), scale.at(deed.ended_at)
        if deed.kind in ("runner", "check"):
            kind = "failed" if deed.good is False else deed.kind
            text = f"{deed.text}, {duration_text(deed.ended_at - deed.began_at)}"
            bars.append(Bar(kind, left, round(right - left, 3), text))
        elif deed.kind == "pause":
            waiting = deed
        elif deed.kind in _ENDS_A_WAIT and waiting is not None:
            since = scale.at(waiting.ended_at)
            text = f"waited {duration_text(deed.ended_at - waiting.ended_at)}: {waiting.text}"
            bars.append(Bar("wait", since, round(right - since, 3), text))
            waiting = None
        elif deed.kind in _MARKED:
            bars.append(Bar("failed" if deed.kind == "failure" else "mark", right, 0.0, deed.text))
    return bars
