"""What other documents need to know of a mission: plain data with places, small enough to keep."""

from __future__ import annotations

from typing import NamedTuple

from forge.planning.mission import Mission
from forge.planning.spots import TOP, Spot


class MissionFacts(NamedTuple):
    """A mission as the rules between documents see it: its status, with its place, and the phases that it names."""

    path: str
    status: Spot
    phases: list[str]

    @classmethod
    def of(cls, mission: Mission) -> MissionFacts:
        """Take the facts of a mission that was read."""
        return cls(mission.path, mission.status_spot or TOP._replace(text=mission.status), list(mission.phases))

    @classmethod
    def from_data(cls, data: list[object]) -> MissionFacts:
        """Return the facts from what JSON makes of them. Raises TypeError or ValueError where they are none."""
        path, status, phases = data
        return cls(path, Spot(*status), phases)  # type: ignore[arg-type,misc]
