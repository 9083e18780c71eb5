"""Entries of the outline: the facts about plans, runs, missions and items that lists need, small
enough to cache for every document.
"""

from __future__ import annotations

from msgspec import Struct, field


class PlanEntry(Struct, frozen=True, array_like=True):
    """A plan. `claimed_status` is the status in its front matter, `claims_done` whether that means
    done.

    `problem` is what keeps it from running; `former_paths` are its paths before it was moved.
    """

    title: str
    wave: float
    depends_on: list[str] = field(default_factory=list)
    requirements: list[str] = field(default_factory=list)
    claimed_status: str = ""
    problem: str = ""
    priority: str = ""
    claims_done: bool = False
    former_paths: list[str] = field(default_factory=list)


class PhaseEntry(Struct, frozen=True, array_like=True):
    """What the README.md of a phase says about it."""

    title: str = ""
    priority: str = ""


class RoadmapEntry(Struct, frozen=True, array_like=True):
    """A phase that the roadmap lists, by its number in normal form."""

    number: str
    title: str
    ticked: bool = False


class RollbackEntry(Struct, frozen=True, array_like=True):
    """A rollback that a run did, or the undo of one: of which run, and the events concerned."""

    kind: str
    run: str
    seq: int
    of_seq: int | None


class RunEntry(Struct, frozen=True, array_like=True):
    """A run. Its proof holds while the files in `bound` have these blobs and the `needed` paths
    exist. `altered`: how its record differs from what was first committed.
    """

    run: str
    plan: str
    plan_path: str
    kind: str
    status: str
    verdict: str | None
    open: bool = False
    here: bool = False
    waiting_for: dict[str, object] | None = None
    next: list[str] = field(default_factory=list)
    counts: dict[str, int] | None = None
    bound: dict[str, str | None] = field(default_factory=dict)
    needed: list[str] = field(default_factory=list)
    rollbacks: list[RollbackEntry] = field(default_factory=list)
    plan_blob: str = ""
    altered: str = ""


class MissionEntry(Struct, frozen=True, array_like=True):
    """A mission; `problem` is set if its file cannot be read. The implicit one is read from
    PROJECT.md and ROADMAP.md.
    """

    id: str
    title: str
    goal: str
    status: str
    path: str
    phases: list[str]
    problem: str = ""


class ItemEntry(Struct, frozen=True, array_like=True):
    """A backlog item. `criteria` is their number; `unticked` lists the evidence of each open one,
    which may be empty.
    """

    id: str
    title: str
    status: str
    priority: str = ""
    depends_on: list[str] = field(default_factory=list)
    criteria: int = 0
    unticked: list[str] = field(default_factory=list)
    forced: bool = False
    problem: str = ""
