"""What each event of a run is: its data, its effect on the run's state, its line for people."""

from __future__ import annotations

from typing import ClassVar

from forge.timeline.event import Data, Event
from forge.timeline.run.state import RunState

_LONGEST = 90  # characters of a quoted text in a line of progress


class RunEvent(Data, frozen=True):
    """The data of one event type of a run."""

    review_kind: ClassVar[str] = ""
    """The kind under which a review lists the event; empty for an event that it leaves out."""

    heading: ClassVar[bool] = False
    """Whether the line of progress starts a new part: it is bold and not indented."""

    def apply(self, state: RunState, event: Event) -> None:
        """Change a run's state. An event that only informs changes nothing."""

    def line(self, event: Event) -> str:
        """Return the event as a line of a review."""
        return ""

    def good(self) -> bool | None:
        """Return whether it went well; None if that does not apply."""
        return None

    def progress(self, event: Event, state: RunState) -> str | list[str]:
        """Return the line or lines to print while the run is under way; empty for none."""
        return ""

    def activity(self) -> str | None:
        """Return what is at work from now on; None if that stays as it is."""
        return None


def without_empty(data: dict[str, object], *names: str) -> dict[str, object]:
    """Return data without those of the named fields that are empty."""
    return {name: value for name, value in data.items() if value or name not in names}


def shorten(text: str) -> str:
    """Return a text as one line that fits a terminal."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def seconds(milliseconds: int) -> str:
    return f"{milliseconds / 1000:.1f} s"
