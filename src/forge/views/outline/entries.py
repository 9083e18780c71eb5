"""Plans, runs, missions and items in a line each: what says where things stand, small enough to
keep for every document.
"""

from __future__ import annotations

from msgspec import Struct, field


class PlanLine(Struct, frozen=True, array_like=True):
    """A plan in a line; `says` is the status that its front matter claims, `problem` what keeps it
    from running.

    `calls_done` says whether that status means that it is done, `formerly` where it lay before it
    was moved.
    """

    title: str
    wave: float
    depends_on: list[str] = field(default_factory=list)
    requirements: list[str] = field(default_factory=list)
    says: str = ""
    steps: int = 0
    problem: str = ""
    priority: str = ""
    calls_done: bool = False
    formerly: list[str] = field(default_factory=list)


class PhaseLine(Struct, frozen=True, array_like=True):
    """What the page of a phase, its README.md, says of it."""

    title: str = ""
    priority: str = ""


class RoadmapLine(Struct, frozen=True, array_like=True):
    """A phase that the roadmap lists: its number in normal form, its title there, and whether it is
    ticked.
    """

    number: str
    title: str
    ticked: bool = False


class RollbackLine(Struct, frozen=True, array_like=True):
    """A rollback that a run did, or the undo of one: of which run, and the events concerned."""

    kind: str
    run: str
    seq: int
    of_seq: int | None


class RunLine(Struct, frozen=True, array_like=True):
    """A run in a line. A proof rests on `bound` (path to blob) and on the `needed` paths being
    there.
    """

    run: str
    plan: str
    plan_path: str
    kind: str
    status: str
    verdict: str | None
    started_at: str
    finished_at: str | None
    open: bool = False
    here: bool = False
    prior_run: str | None = None
    step: str | None = None
    steps_done: int = 0
    steps: int = 0
    waiting_for: dict[str, object] | None = None
    failure: dict[str, str] | None = None
    next: list[str] = field(default_factory=list)
    counts: dict[str, int] | None = None
    bound: dict[str, str | None] = field(default_factory=dict)
    needed: list[str] = field(default_factory=list)
    rollbacks: list[RollbackLine] = field(default_factory=list)
    plan_blob: str = ""


class MissionLine(Struct, frozen=True, array_like=True):
    """A mission as its file says it, or why it says nothing; an implicit one is read from
    PROJECT.md and ROADMAP.md.
    """

    id: str
    title: str
    goal: str
    status: str
    path: str
    phases: list[str]
    problem: str = ""


class ItemLine(Struct, frozen=True, array_like=True):
    """An item in a line. `criteria` counts them; `unticked` has what each open one names as
    evidence, or nothing.
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
