"""What the missions of a plan allow its runs: paths, sizes and tools. A contract only ever
narrows.
"""

from __future__ import annotations

import posixpath
from functools import cached_property
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from forge.errors import SettingsError
from forge.planning.mission.mission import FOLDER, Mission, load
from forge.planning.names.resolve import names_phase
from forge.planning.plan.scope import WriteScope
from forge.planning.settings import ScopeLimits


class Contract(Struct, frozen=True, dict=True):
    """The scope contracts that hold for a plan together: what one of its missions does not allow is
    not allowed.
    """

    missions: tuple[Mission, ...] = ()

    @cached_property
    def _scopes(self) -> list[tuple[str, WriteScope]]:
        return [
            (each.id, WriteScope.of(each.contract.paths))
            for each in self.missions
            if each.contract.paths
        ]

    def against(self, path: str) -> list[str]:
        """Return the ids of the missions whose paths do not cover a path."""
        return [name for name, scope in self._scopes if not scope.covers(path)]

    def narrowed(self, limits: ScopeLimits) -> ScopeLimits:
        """Return the smaller of the limits and those of every mission."""
        files = [
            each.contract.max_files for each in self.missions if each.contract.max_files is not None
        ]
        lines = [
            each.contract.max_lines for each in self.missions if each.contract.max_lines is not None
        ]
        return replace(
            limits,
            max_files=min([limits.max_files, *files]),
            max_lines=min([limits.max_lines, *lines]),
        )

    @property
    def allowed_tools(self) -> tuple[str, ...] | None:
        """The tools that every mission which names tools names; None where none does."""
        lists = [
            each.contract.allowed_tools for each in self.missions if each.contract.allowed_tools
        ]
        return (
            tuple(tool for tool in lists[0] if all(tool in other for other in lists))
            if lists
            else None
        )

    def as_data(self) -> dict[str, object]:
        """Return what records, approvals and runners are told of it beside the limits; nothing
        where no mission holds.
        """
        if not self.missions:
            return {}
        tools = self.allowed_tools
        missions = [
            {"id": each.id, "path": each.path, "paths": list(each.contract.paths)}
            for each in self.missions
        ]
        return {"missions": missions, "allowed_tools": None if tools is None else list(tools)}

    def lines(self) -> list[str]:
        """Return it as a person reads it, less the limits."""
        told = [
            f"{each.id}: {', '.join(each.contract.paths) or 'no path is ruled out'}"
            for each in self.missions
        ]
        tools = self.allowed_tools
        return [*told, *([f"tools: {', '.join(tools) or '(none)'}"] if tools is not None else [])]


def contract_for(root: Path, plan_path: str) -> Contract:
    """Return the contract of a plan: that of each mission whose `phases` name the plan's folder,
    whatever its status.

    Raises SettingsError where a mission cannot be read: nobody knows then what it allows.
    """
    folder, held = posixpath.dirname(plan_path), []
    for place in sorted((root / FOLDER).glob("*.yaml")):
        mission = load(root, f"{FOLDER}/{place.name}")
        wrong = next((found for found in mission.findings if found.severity == "error"), None)
        if wrong is not None and (
            not mission.readable or any(names_phase(name, folder) for name in mission.phases)
        ):
            raise SettingsError(
                f"{wrong.path}:{wrong.line}:{wrong.column}: {wrong.message}, so that nobody knows"
                " what the mission allows",
                wrong.hint,
            )
        if any(names_phase(name, folder) for name in mission.phases):
            held.append(mission)
    return Contract(tuple(held))
