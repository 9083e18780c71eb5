"""Missions: wanted outcomes. A repository without a mission file has one implicit mission."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct, field

from forge.planning import migrations
from forge.planning.backlog.paths import MISSIONS
from forge.text import typed
from forge.text.finding import Finding
from forge.text.location import Spot
from forge.text.source import Source, Span
from forge.text.typed import Misfit, UnknownKey
from forge.text.yaml import parse as yaml
from forge.text.yaml.parse import Value

FOLDER = MISSIONS
MISSION_STATUSES = ("draft", "active", "paused", "done", "cancelled")
_PURPOSE = re.compile(
    r"^##\s+(?:What This Is|Core Value|Overview|Goal)\s*\n+(.+?)(?:\n\s*\n|\Z)", re.M | re.S | re.I
)
_STRICT = ("phases", "scope_contract")  # read wrongly, these would let a run do more

Texts = Annotated[tuple[str, ...], Meta(description="a list of texts", extra={"lone": True})]
Count = Annotated[int, Meta(ge=0, description="a whole number, 0 or more")]


class ScopeContract(Struct, frozen=True):
    """What the work of a mission may touch and which tools it may use; an empty list and None set
    no limit.
    """

    paths: Texts = ()
    max_files: Annotated[Count | None, Meta(description="a whole number, 0 or more")] = None
    max_lines: Annotated[Count | None, Meta(description="a whole number, 0 or more")] = None
    allowed_tools: Texts = ()


class MissionFields(Struct, frozen=True):
    """The fields of a mission's file."""

    title: str
    goal: str
    id: str = ""
    status: str = "draft"
    success_criteria: Texts = ()
    scope_contract: ScopeContract = field(default_factory=ScopeContract)
    phases: Texts = ()
    version: int = 1


class Mission(Struct, frozen=True):
    """A mission as its file describes it, or the implicit one of PROJECT.md or ROADMAP.md.

    Of a mission that is not `readable`, only the path is known.
    """

    id: str
    title: str
    goal: str
    status: str
    path: str
    phases: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    status_spot: Spot | None = None
    contract: ScopeContract = field(default_factory=ScopeContract)
    readable: bool = True
    phase_spots: tuple[Spot, ...] = ()

    @classmethod
    def unreadable(cls, path: str, finding: Finding) -> Mission:
        """Return a mission whose file cannot be used, with the reason."""
        name = Path(path).stem
        return cls(name, name, "", "draft", path, findings=(finding,), readable=False)

    def as_data(self) -> dict[str, object]:
        """Return the mission as JSON shows it."""
        return {
            "id": self.id,
            "title": self.title,
            "goal": self.goal,
            "status": self.status,
            "path": self.path,
            "phases": list(self.phases),
        }


def load_all(root: Path) -> list[Mission]:
    """Return the missions of a work tree in the order of their files, or the implicit one if there
    are none.
    """
    folder = root / FOLDER
    names = sorted(path.name for path in folder.glob("*.yaml")) if folder.is_dir() else []
    return [load(root, f"{FOLDER}/{name}") for name in names] or [implicit(root)]


def load(root: Path, path: str) -> Mission:
    """Read one mission; everything wrong with it is in its findings."""
    try:
        source = Source.read(root, path)
    except OSError as error:
        message, hint = f"the file cannot be read: {error.strerror}", "make it a readable file"
        finding = Finding("unreadable", "error", path, 1, 1, 1, 1, message, hint, blocks=True)
        return Mission.unreadable(path, finding)
    try:
        top = migrations.parse("mission", source)
    except yaml.YamlProblem as problem:
        at = Span(problem.offset, problem.offset + 1)
        message = f"the mission is not valid YAML: {problem.message}"
        finding = source.finding("mission-yaml", "error", at, message, "fix this line")
        return Mission.unreadable(path, finding)
    except migrations.WrongVersion as problem:
        finding = source.finding(
            "unreadable", "error", problem.span, problem.message, problem.hint, blocks=True
        )
        return Mission.unreadable(path, finding)
    return _mission(source, top)


def _mission(source: Source, top: Value) -> Mission:
    name = Path(source.path).stem
    reading = typed.read(MissionFields, top, MissionFields(title=name, goal="", id=name))
    fields = reading.value
    assert fields is not None, "its defaults are complete"
    status = top.get("status")
    return Mission(
        fields.id,
        fields.title,
        fields.goal,
        fields.status,
        source.path,
        fields.phases,
        tuple(_findings(source, reading.misfits, reading.unknown)),
        Spot.of(source, status.span, status.raw) if status else None,
        fields.scope_contract,
        phase_spots=tuple(_phase_spots(source, top.get("phases"))),
    )


def _phase_spots(source: Source, phases: Value | None) -> Iterator[Spot]:
    """Yield the places of the entries of `phases` that name something."""
    for entry in phases.elements() if phases is not None else []:
        if not isinstance(entry.data, (dict, list)) and entry.raw.strip():
            yield Spot.of(source, entry.span, entry.raw)


def _findings(
    source: Source, misfits: list[Misfit], unknown: list[UnknownKey]
) -> Iterator[Finding]:
    """Yield a finding for each part of `phases` and of the scope contract that cannot be used."""
    hint = "fix it: an unreadable limit cannot be enforced"
    for misfit in misfits:
        if misfit.route[0] in _STRICT:
            yield source.finding("mission-contract", "error", misfit.span, misfit.message, hint)
    for key in unknown:
        if key.route[0] in _STRICT:
            hint = f"did you mean `{key.near}`?" if key.near else f"it has {', '.join(key.names)}"
            message = f"a scope contract has no `{key.key}`"
            yield source.finding("mission-contract", "error", key.span, message, hint)


def implicit(root: Path) -> Mission:
    """Return the mission of a work tree without mission files, as PROJECT.md or ROADMAP.md
    describes it.
    """
    for name in ("PROJECT.md", "ROADMAP.md"):
        path = f".planning/{name}"
        try:
            text = Source.read(root, path).text
        except OSError:
            continue
        heading = re.search(r"^#[ \t]+(.+)$", text, re.M)
        title = (
            re.sub(r"^(?:project|roadmap)\s*:\s*", "", heading[1].strip(), flags=re.I)
            if heading
            else root.name
        )
        purpose = _PURPOSE.search(text)
        goal = " ".join(purpose[1].split()) if purpose else ""
        return Mission("implicit", title, goal, "active", path)
    return Mission("implicit", root.name, "", "active", "")
