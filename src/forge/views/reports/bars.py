"""The drawing of a run over time: for each chapter, bars that say when its runner, its checks and
its waits were.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise

from msgspec import Struct

from forge.views.runs.story import Chapter, Deed, Story, duration_text

_LAYERS = ("wait", "runner", "check", "mark", "failed")  # later ones lie on top
_SIGNS = {"wait": ".", "runner": "#", "check": "=", "mark": "|", "failed": "x"}
# a stretch in which nothing happened takes at most this share of the time in which something did
_LONGEST_SHARE = 0.2


class Bar(Struct, frozen=True):
    """A bar from `left` over `width`, both in percent. `kind`: runner, check, failed, wait or mark;
    `text` says what it is.
    """

    kind: str
    left: float
    width: float
    text: str


class Scale:
    """Time as percent of a drawing's width; long waits are cut short, so that the work stays
    visible.
    """

    def __init__(self, moments: list[float], worked: float) -> None:
        self._moments = sorted(set(moments)) or [0.0]
        longest = max(worked * _LONGEST_SHARE, 1.0)
        self._places = [0.0]
        for earlier, later in pairwise(self._moments):
            self._places.append(self._places[-1] + min(later - earlier, longest))

    def at(self, moment: float) -> float:
        """Return where a moment lies, in percent."""
        number = min(max(bisect_right(self._moments, moment) - 1, 0), len(self._moments) - 1)
        return round(100 * self._places[number] / (self._places[-1] or 1.0), 3)


def draw(story: Story) -> list[tuple[Chapter, list[Bar]]]:
    """Return the bars of each chapter in which something happened."""
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
            bars.append(
                Bar(
                    kind,
                    left,
                    round(right - left, 3),
                    f"{deed.text}, {duration_text(deed.ended_at - deed.began_at)}",
                )
            )
        elif deed.kind == "pause":
            waiting = deed
        elif (
            deed.kind in ("resumed", "recovered", "skipped", "stopped", "retry")
            and waiting is not None
        ):
            since = scale.at(waiting.ended_at)
            text = f"waited {duration_text(deed.ended_at - waiting.ended_at)}: {waiting.text}"
            bars.append(Bar("wait", since, round(right - since, 3), text))
            waiting = None
        elif deed.kind in ("commit", "checkpoint", "failure"):
            bars.append(Bar("failed" if deed.kind == "failure" else "mark", right, 0.0, deed.text))
    return bars
