"""What other documents need to know of a mission: plain data with places, small enough to keep."""

from __future__ import annotations

from typing import NamedTuple

from forge.planning.mission.mission import Mission
from forge.text.location import TOP, Spot


class MissionFacts(NamedTuple):
    """A mission as the rules between documents see it: its status, with its place, the phases it
    names, the paths it allows.

    `named` has the places of the phases.
    """

    path: str
    status: Spot
    phases: list[str]
    id: str
    paths: list[str]
    named: list[Spot]

    @classmethod
    def of(cls, mission: Mission) -> MissionFacts:
        """Take the facts of a mission that was read."""
        status = mission.status_spot or TOP._replace(text=mission.status)
        return cls(
            mission.path,
            status,
            list(mission.phases),
            mission.id,
            list(mission.contract.paths),
            list(mission.phase_spots),
        )
