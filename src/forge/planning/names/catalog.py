"""The plans of a repository: their files, their ids and their phases."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from msgspec import Struct

from forge import regular
from forge.errors import UnknownName
from forge.git.objects.tree import Tree, Unreadable
from forge.planning.names import resolve
from forge.planning.names.plan_files import (
    Phase,
    PlanFile,
    found_below,
    identified,
    phases_of,
    plan_files_among,
)
from forge.planning.plan import plan as plans
from forge.planning.plan.plan import Plan
from forge.text.source import Source


class Catalog(Struct, frozen=True, dict=True):
    """All plans of a work tree, or of a revision's tree if one is given; nothing is read before it
    is needed.

    `paths` are the paths of the tree that may be plans, if the caller has them already.
    """

    root: Path
    tree: Tree | None = None
    paths: tuple[str, ...] | None = None

    @cached_property
    def files(self) -> list[PlanFile]:
        """Every plan file with its id, in natural order of the paths."""
        if self.tree is None:
            return found_below(self.root)
        return identified(plan_files_among(self.tree.files() if self.paths is None else self.paths))

    @cached_property
    def phases(self) -> list[Phase]:
        """The folders that hold plans, in natural order."""
        return phases_of(self.files)

    def read(self, file: PlanFile) -> bytes:
        """Return a plan's bytes. Raises UnknownName if the file cannot be read."""
        try:
            return (
                regular.read_inside(self.root, file.path)
                if self.tree is None
                else self.tree.read(file.path)
            )
        except (OSError, Unreadable) as error:
            why = error.strerror if isinstance(error, OSError) else str(error)
            raise UnknownName(
                f"{file.path} cannot be read: {why}", "make it a readable file"
            ) from error

    def load(self, file: PlanFile) -> Plan:
        """Read a plan. Raises UnknownName if the file cannot be read."""
        return plans.load(Source.of(file.path, self.read(file)), file.id)

    def load_or_finding(self, file: PlanFile) -> Plan:
        """Read a plan; return an empty one with a finding if the file cannot be read."""
        try:
            return self.load(file)
        except UnknownName as error:
            why = error.message.partition("cannot be read: ")[2] or error.message
            return plans.load(
                Source(file.path, b"", "", b"", "utf-8", f"cannot be read: {why}"), file.id
            )

    def by_path(self, path: str) -> PlanFile | None:
        """Return the plan at a path."""
        return next((file for file in self.files if file.path == path), None)

    def named(self, name: str, folder: Path | None = None) -> list[PlanFile]:
        """Return the plans that a name means; a relative path counts from `folder` or the root."""
        return resolve.plans_matching(name, self.files, resolve.Place(self.root, folder))

    def one(self, name: str, folder: Path | None = None) -> PlanFile:
        """Return the one plan that a name means. Raises UnknownName, which lists the candidates."""
        return resolve.one_plan(name, self.files, resolve.Place(self.root, folder))

    def phase(self, name: str, folder: Path | None = None) -> Phase | None:
        """Return the phase with plans that a name means, or None."""
        return resolve.one_phase(name, self.phases, resolve.Place(self.root, folder or self.root))

    def phase_meant(self, name: str, folder: Path | None = None) -> Phase | None:
        """Return the phase that a name means, or None if it means exactly one plan."""
        return None if len(self.named(name, folder)) == 1 else self.phase(name, folder)
