"""What the missions of a plan allow its runs: paths, sizes and tools. A contract only narrows what
settings and plan allow.
"""

from __future__ import annotations

import posixpath
from functools import cached_property
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from forge.errors import SettingsError
from forge.planning.mission.mission import FOLDER, Mission, load
from forge.planning.names.phases import names_phase
from forge.planning.plan.scope import WriteScope
from forge.planning.settings import ScopeLimits


class Contract(Struct, frozen=True, dict=True):
    """The scope contracts of a plan's missions together; a change has to be allowed by all of
    them.
    """

    missions: tuple[Mission, ...] = ()

    @cached_property
    def _scopes(self) -> list[tuple[str, WriteScope]]:
        return [
            (mission.id, WriteScope.of(mission.contract.paths))
            for mission in self.missions
            if mission.contract.paths
        ]

    def against(self, path: str) -> list[str]:
        """Return the ids of the missions whose paths do not cover a path."""
        return [name for name, scope in self._scopes if not scope.covers(path)]

    def narrowed(self, limits: ScopeLimits) -> ScopeLimits:
        """Return the smaller of the limits and those of every mission."""
        files = [
            mission.contract.max_files
            for mission in self.missions
            if mission.contract.max_files is not None
        ]
        lines = [
            mission.contract.max_lines
            for mission in self.missions
            if mission.contract.max_lines is not None
        ]
        return replace(
            limits,
            max_files=min([limits.max_files, *files]),
            max_lines=min([limits.max_lines, *lines]),
        )

    @property
    def allowed_tools(self) -> tuple[str, ...] | None:
        """The tools that every mission with a list of tools allows; None if no mission has one."""
        lists = [
            mission.contract.allowed_tools
            for mission in self.missions
            if mission.contract.allowed_tools
        ]
        return (
            tuple(tool for tool in lists[0] if all(tool in other for other in lists))
            if lists
            else None
        )

    def as_data(self) -> dict[str, object]:
        """Return the part of records, approvals and prompts beside the limits; empty without a
        mission.
        """
        if not self.missions:
            return {}
        tools = self.allowed_tools
        missions = [
            {"id": mission.id, "path": mission.path, "paths": list(mission.contract.paths)}
            for mission in self.missions
        ]
        return {"missions": missions, "allowed_tools": None if tools is None else list(tools)}

    def lines(self) -> list[str]:
        """Return the contract as text for people, without the limits."""
        missions = [
            f"{mission.id}: {', '.join(mission.contract.paths) or 'every path is allowed'}"
            for mission in self.missions
        ]
        tools = self.allowed_tools
        return [
            *missions,
            *([f"tools: {', '.join(tools) or '(none)'}"] if tools is not None else []),
        ]


def contract_for(root: Path, plan_path: str) -> Contract:
    """Return the contract of a plan: that of each mission whose `phases` name the plan's folder,
    whatever its status.

    Raises SettingsError if a mission cannot be read, since its limits cannot be enforced then.
    """
    folder, missions = posixpath.dirname(plan_path), []
    for place in sorted((root / FOLDER).glob("*.yaml")):
        mission = load(root, f"{FOLDER}/{place.name}")
        errors = (finding for finding in mission.findings if finding.severity == "error")
        wrong = next(errors, None)
        named = any(names_phase(name, folder) for name in mission.phases)
        if wrong is not None and (named or not mission.readable):
            raise SettingsError(
                f"{wrong.path}:{wrong.line}:{wrong.column}: {wrong.message}, so what the"
                " mission allows is unknown",
                wrong.hint,
            )
        if named:
            missions.append(mission)
    return Contract(tuple(missions))
