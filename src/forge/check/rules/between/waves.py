"""Rules about waves: a plan's wave comes behind those of the plans it waits for, and nobody shares
a file in one.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from forge.check.rules.model import Rule, shown
from forge.check.rules.project import Project
from forge.planning.names.plan_files import PlanFile
from forge.planning.plan.facts import PlanFacts
from forge.text.finding import Finding
from forge.text.location import Spot

WAVE = Rule(
    "wave-mismatch", "warning", False, "a plan's `wave` is the one that its `depends_on` gives it"
)
SHARED = Rule(
    "wave-file-conflict", "warning", False, "no two plans of one wave write the same file"
)

Member = tuple[PlanFile, PlanFacts]


def check(project: Project) -> Iterator[Finding]:
    """Yield the findings of each folder with several plans."""
    for files in project.by_folder.values():
        members = list(project.read(files))
        if len(members) > 1:
            needs = {file.path: _needs(project, file, facts) for file, facts in members}
            for round_ in _rounds(members):
                yield from _order(project, round_, needs)
                yield from _sharing(project, round_, needs)


def _rounds(members: list[Member]) -> Iterator[list[Member]]:
    """Yield the plans of a folder that count their waves together: decimal phases and plans that
    close gaps begin anew.
    """
    found: dict[tuple[str, bool], list[Member]] = {}
    for file, facts in members:
        phase = file.id.rpartition("/")[2].rpartition("-")[0]
        found.setdefault((phase, facts.gaps), []).append((file, facts))
    return iter(found.values())


def _needs(project: Project, file: PlanFile, facts: PlanFacts) -> dict[str, bool]:
    """Return the plans that a plan waits for, by path, and whether each lies in the same folder."""
    found = (project.index.meant(file, entry.text) for entry in facts.depends_on)
    return {other.path: other.folder == file.folder for other in found if other is not None}


def _order(
    project: Project, members: list[Member], needs: dict[str, dict[str, bool]]
) -> Iterator[Finding]:
    waves = {file.path: facts.wave for file, facts in members if facts.wave is not None}
    ids = {file.path: file.id for file, _ in members}
    first = min(waves.values(), default=1.0)
    writers = _writers(members)
    for file, facts in members:
        if facts.wave is None or facts.wave_spot is None:
            continue
        before = {
            path: waves[path] for path, near in needs[file.path].items() if near and path in waves
        }
        latest = max(before, key=lambda path: before[path], default=None)
        if latest is not None and facts.wave <= before[latest]:
            said = (
                f"wave {facts.wave:g} is not behind wave {before[latest]:g} of `{ids[latest]}`,"
                " which the plan waits for"
            )
            milder = "note" if project.settled(file) else None
            yield WAVE.on(
                file.path,
                facts.wave_spot,
                said,
                f"write `wave: {_level(before, latest):g}`",
                milder,  # type: ignore[arg-type]
            )
            continue
        computed = before[latest] + 1 if latest is not None else max(first, min(1.0, facts.wave))
        abroad = len(needs[file.path]) > len(before) or len(facts.depends_on) > len(
            needs[file.path]
        )
        if facts.wave > computed and not abroad and not _apart(facts, writers, computed):
            yield WAVE.on(
                file.path,
                facts.wave_spot,
                f"wave {facts.wave:g} is later than `depends_on` asks for ({computed:g})",
                "name in `depends_on` what it waits for, or let it start earlier",
                "note",
            )


def _level(before: dict[str, float], latest: str) -> float:
    return before[latest] + 1


def _writers(members: list[Member]) -> dict[str, set[float]]:
    """Return for each file the waves in which some plan writes it."""
    found: dict[str, set[float]] = {}
    for _, facts in members:
        for spot in facts.files:
            if facts.wave is not None:
                found.setdefault(posixpath.normpath(spot.text), set()).add(facts.wave)
    return found


def _apart(facts: PlanFacts, writers: dict[str, set[float]], computed: float) -> bool:
    """Say whether a plan stands back since another one writes the same file in the waves before."""
    own = facts.wave or 0.0
    return any(
        computed <= wave < own
        for spot in facts.files
        for wave in writers.get(posixpath.normpath(spot.text), ())
    )


def _sharing(
    project: Project, members: list[Member], needs: dict[str, dict[str, bool]]
) -> Iterator[Finding]:
    first: dict[tuple[float, str], Member] = {}
    for file, facts in members:
        told: set[str] = set()
        for spot in facts.files:
            if facts.wave is None or not _exact(spot):
                continue
            other = first.setdefault((facts.wave, posixpath.normpath(spot.text)), (file, facts))[0]
            related = file.path in needs[other.path] or other.path in needs[file.path]
            if other.path != file.path and not related and spot.text not in told:
                told.add(spot.text)
                past = project.settled(file) and project.settled(other)
                yield SHARED.on(
                    file.path,
                    spot,
                    f"`{other.id}` of the same wave writes {shown(spot.text)} too",
                    "let one depend on the other, in a later wave",
                    "note" if past else None,
                )


def _exact(spot: Spot) -> bool:
    return "*" not in spot.text and not spot.text.endswith("/") and " " not in spot.text
