"""wave-mismatch and wave-file-conflict: a plan's wave is after the waves of the plans that it
depends on, and no two plans of one wave write the same file.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import NamedTuple

from forge.check.rules.model import Rule, shown
from forge.check.rules.project import Project
from forge.planning.names.plan_files import PlanFile
from forge.planning.plan.facts import PlanFacts
from forge.text.finding import Finding, Severity
from forge.text.location import Spot

WAVE = Rule("wave-mismatch", "warning", False, "a plan's `wave` follows from its `depends_on`")
SHARED = Rule(
    "wave-file-conflict", "warning", False, "no two plans of one wave write the same file"
)


class _Member(NamedTuple):
    """A plan of a folder. `depends_on` maps the paths of the plans that it names to whether each is
    in the same folder.
    """

    file: PlanFile
    facts: PlanFacts
    depends_on: dict[str, bool]


def check(project: Project) -> Iterator[Finding]:
    """Yield the findings of each folder with several plans."""
    for files in project.by_folder.values():
        members = [
            _Member(file, facts, _depends_on(project, file, facts))
            for file, facts in project.read(files)
        ]
        if len(members) > 1:
            for group in _groups(members):
                yield from _order(project, group)
                yield from _shared_files(project, group)


def _groups(members: list[_Member]) -> list[list[_Member]]:
    """Return the plans of a folder that count their waves together: decimal phases and plans that
    close gaps start again.
    """
    groups: dict[tuple[str, bool], list[_Member]] = {}
    for member in members:
        phase = member.file.id.rpartition("/")[2].rpartition("-")[0]
        groups.setdefault((phase, member.facts.gaps), []).append(member)
    return [*groups.values()]


def _depends_on(project: Project, file: PlanFile, facts: PlanFacts) -> dict[str, bool]:
    plans = (project.index.meant(file, entry.text) for entry in facts.depends_on)
    return {plan.path: plan.folder == file.folder for plan in plans if plan is not None}


def _order(project: Project, members: list[_Member]) -> Iterator[Finding]:
    waves = {
        member.file.path: wave for member in members if (wave := member.facts.wave) is not None
    }
    ids = {member.file.path: member.file.id for member in members}
    first = min(waves.values(), default=1.0)
    writers = _writing_waves(members)
    for member in members:
        wave, spot = member.facts.wave, member.facts.wave_spot
        if wave is None or spot is None:
            continue
        before = {
            path: waves[path] for path, near in member.depends_on.items() if near and path in waves
        }
        latest = max(before, key=lambda path: before[path], default=None)
        if latest is not None and wave <= before[latest]:
            yield _too_early(project, member, before[latest], ids[latest])
            continue
        earliest = before[latest] + 1 if latest is not None else max(first, min(1.0, wave))
        if wave > earliest and not _may_be_later(member, len(before), writers, earliest):
            yield WAVE.on(
                member.file.path,
                spot,
                f"wave {wave:g} is later than `depends_on` requires ({earliest:g})",
                "name in `depends_on` what it waits for, or let it start earlier",
                "note",
            )


def _too_early(project: Project, member: _Member, latest: float, name: str) -> Finding:
    spot, severity = member.facts.wave_spot, WAVE.severity
    assert spot is not None
    if project.settled(member.file):
        severity = "note"
    return WAVE.on(
        member.file.path,
        spot,
        f"wave {member.facts.wave:g} is not after wave {latest:g} of `{name}`, which the plan"
        " depends on",
        f"write `wave: {latest + 1:g}`",
        severity,
    )


def _may_be_later(
    member: _Member, in_folder: int, writers: dict[str, set[float]], earliest: float
) -> bool:
    """Return whether a plan has a reason to start later than its dependencies here require.

    It depends on plans elsewhere or unknown ones, or another plan writes the same file in a wave
    between.
    """
    entries = len(member.facts.depends_on)
    if len(member.depends_on) > in_folder or entries > len(member.depends_on):
        return True
    own = member.facts.wave or 0.0
    return any(
        earliest <= wave < own
        for spot in member.facts.files
        for wave in writers.get(posixpath.normpath(spot.text), ())
    )


def _writing_waves(members: list[_Member]) -> dict[str, set[float]]:
    """Return the waves in which each file is written."""
    waves: dict[str, set[float]] = {}
    for member in members:
        for spot in member.facts.files:
            if member.facts.wave is not None:
                waves.setdefault(posixpath.normpath(spot.text), set()).add(member.facts.wave)
    return waves


def _shared_files(project: Project, members: list[_Member]) -> Iterator[Finding]:
    first: dict[tuple[float, str], _Member] = {}
    for member in members:
        reported: set[str] = set()
        for spot in member.facts.files:
            if member.facts.wave is None or not _is_exact(spot):
                continue
            key = (member.facts.wave, posixpath.normpath(spot.text))
            other = first.setdefault(key, member)
            if other is not member and not _related(member, other) and spot.text not in reported:
                reported.add(spot.text)
                yield _shared(project, member, other, spot)


def _related(one: _Member, other: _Member) -> bool:
    return one.file.path in other.depends_on or other.file.path in one.depends_on


def _shared(project: Project, member: _Member, other: _Member, spot: Spot) -> Finding:
    settled = project.settled(member.file) and project.settled(other.file)
    severity: Severity | None = "note" if settled else None
    return SHARED.on(
        member.file.path,
        spot,
        f"`{other.file.id}` of the same wave writes {shown(spot.text)} too",
        "let one depend on the other, in a later wave",
        severity,
    )


def _is_exact(spot: Spot) -> bool:
    """Return whether an entry is one file, not a folder, a glob or words."""
    return "*" not in spot.text and not spot.text.endswith("/") and " " not in spot.text
