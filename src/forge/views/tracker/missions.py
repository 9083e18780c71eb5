"""Missions with how they stand: what the plans of their phases have come to, and whether their own
word agrees.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct, structs

from forge.planning.names.plan_files import Phase
from forge.planning.names.resolve import phase_named
from forge.views.outline.entries import MissionLine
from forge.views.outline.scan import MISSIONS


class Tally(NamedTuple):
    """The plans of a phase: how many there are, and how many are proven, only claimed, or
    neither.
    """

    plans: int
    proven: int
    claimed: int

    @property
    def left(self) -> int:
        """How many nobody calls done, or a run showed not to be."""
        return self.plans - self.proven - self.claimed


class MissionStatus(Struct, frozen=True):
    """A mission with the folders of its phases, and what their plans have come to."""

    line: MissionLine
    folders: list[str]
    tally: Tally
    contradiction: str

    def has(self, folder: str) -> bool:
        """Say whether a phase's folder is part of it; one that names no phases has all of them."""
        return folder in self.folders or not self.line.phases

    def as_data(self) -> dict[str, object]:
        """Return what JSON shows of it."""
        return {
            **structs.asdict(self.line),
            **self.tally._asdict(),
            "contradiction": self.contradiction,
        }


def mission_status(
    line: MissionLine, phases: Sequence[Phase], tallies: Mapping[str, Tally]
) -> MissionStatus:
    """Return how a mission stands; `tallies` has that of each phase by its folder."""
    found = {name: phase_named(name, phases) for name in line.phases}
    folders = [phase.folder for phase in found.values() if phase]
    whole = not line.path.startswith(MISSIONS)  # the implicit mission is all that there is
    counted = [tallies[folder] for folder in (tallies if whole else dict.fromkeys(folders))]
    tally = Tally(*(sum(numbers) for numbers in zip((0, 0, 0), *counted, strict=True)))
    empty = [name for name, phase in found.items() if phase is None]
    return MissionStatus(line, folders, tally, _contradiction(line, tally, empty))


def _contradiction(line: MissionLine, tally: Tally, empty: Sequence[str]) -> str:
    """Say why a mission cannot be read, or what speaks against one that is called done; empty where
    nothing does.
    """
    if line.problem or line.status != "done":
        return f"it cannot be read: {line.problem}" if line.problem else ""
    against = [f"{tally.left} of its {tally.plans} plans are not done"] if tally.left else []
    against += [f"its phase `{name}` has no plans" for name in empty]
    return f"its file says `done`, and {', '.join(against)}" if against else ""
