"""A document that can be named: a plan, a phase, a mission or a backlog item."""

from __future__ import annotations

import posixpath
from typing import Literal

from msgspec import Struct

from forge.planning.backlog.paths import ARCHIVE
from forge.planning.names.plan_files import PlanFile

Kind = Literal["mission", "phase", "plan", "item"]
PHASE_PAGE = "README.md"


class Document(Struct, frozen=True):
    """The kind, the id and the path of a document; the path of a phase is its folder."""

    kind: Kind
    id: str
    path: str

    @classmethod
    def of_plan(cls, file: PlanFile) -> Document:
        """Return a plan file as a document."""
        return cls("plan", file.id, file.path)

    @property
    def name(self) -> str:
        """The last part of the path, without the ending that shows the kind of file."""
        name = posixpath.basename(self.path)
        return (
            name
            if self.kind == "phase"
            else name.removesuffix(".yaml").removesuffix(".md").removesuffix("-PLAN")
        )

    @property
    def file(self) -> str:
        """The path of the file that holds its fields."""
        return f"{self.path}/{PHASE_PAGE}" if self.kind == "phase" else self.path

    @property
    def archived(self) -> bool:
        """Whether it was archived, by forge or with its milestone."""
        return self.path.startswith(f"{ARCHIVE}/") or "milestones" in self.path.split("/")

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"
