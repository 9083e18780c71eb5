"""Facts about a mission for cross-document rules: plain data with places, small enough to cache."""

from __future__ import annotations

from typing import NamedTuple

from forge.planning.mission.mission import Mission
from forge.text.location import TOP, Spot


class MissionFacts(NamedTuple):
    """The facts of a mission: its status with its place, the phases that it names, the paths that
    it allows. `named` has the places of the phases.
    """

    path: str
    status: Spot
    phases: list[str]
    id: str
    paths: list[str]
    named: list[Spot]

    @classmethod
    def of(cls, mission: Mission) -> MissionFacts:
        """Return the facts of a mission."""
        status = mission.status_spot or TOP._replace(text=mission.status)
        return cls(
            mission.path,
            status,
            list(mission.phases),
            mission.id,
            list(mission.contract.paths),
            list(mission.phase_spots),
        )
