"""The status of missions: how many plans of their phases are done, and contradictions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct, structs

from forge.planning.names.phases import phase_named
from forge.planning.names.plan_files import Phase
from forge.views.outline.entries import MissionEntry
from forge.views.outline.scan import MISSIONS


class Tally(NamedTuple):
    """The number of plans, of proven plans, and of plans that are claimed without a run."""

    plans: int
    proven: int
    claimed: int

    @property
    def left(self) -> int:
        """The number of plans that are neither proven nor claimed."""
        return self.plans - self.proven - self.claimed


class MissionStatus(Struct, frozen=True):
    """A mission with the folders of its phases and the tally of their plans."""

    line: MissionEntry
    folders: list[str]
    tally: Tally
    contradiction: str

    def has(self, folder: str) -> bool:
        """Return whether a phase's folder belongs to it; a mission without phases has all."""
        return folder in self.folders or not self.line.phases

    def as_data(self) -> dict[str, object]:
        return {
            **structs.asdict(self.line),
            **self.tally._asdict(),
            "contradiction": self.contradiction,
        }


def mission_status(
    line: MissionEntry, phases: Sequence[Phase], tallies: Mapping[str, Tally]
) -> MissionStatus:
    """Return the status of a mission; `tallies` holds one tally for each phase's folder."""
    by_name = {name: phase_named(name, phases) for name in line.phases}
    folders = [phase.folder for phase in by_name.values() if phase]
    implicit = not line.path.startswith(MISSIONS)  # without mission files, all phases count
    counted = [tallies[folder] for folder in (tallies if implicit else dict.fromkeys(folders))]
    tally = Tally(*(sum(numbers) for numbers in zip((0, 0, 0), *counted, strict=True)))
    without_plans = [name for name, phase in by_name.items() if phase is None]
    return MissionStatus(line, folders, tally, _contradiction(line, tally, without_plans))


def _contradiction(line: MissionEntry, tally: Tally, without_plans: Sequence[str]) -> str:
    if line.problem:
        return f"it cannot be read: {line.problem}"
    if line.status != "done":
        return ""
    reasons = [f"{tally.left} of its {tally.plans} plans are not done"] if tally.left else []
    reasons += [f"its phase `{name}` has no plans" for name in without_plans]
    return f"its file says `done`, and {', '.join(reasons)}" if reasons else ""
