"""The lists of documents: every mission, phase, plan and item with its title and status."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec import Struct

from forge.git.repository import Repository
from forge.planning.backlog import paths
from forge.planning.names.plan_files import Phase, natural
from forge.planning.numbers import leading, phase_name
from forge.views.outline.entries import RoadmapEntry
from forge.views.outline.outline import Outline
from forge.views.outline.scan import MISSIONS, PHASES
from forge.views.tracker.status import Tracker

KINDS = ("mission", "phase", "plan", "item")


class Row(Struct, frozen=True):
    """A document in a list; `note` says how a status written by hand contradicts the evidence."""

    kind: str
    id: str
    path: str
    title: str
    status: str
    priority: str = ""
    phase: str = ""
    note: str = ""
    archived: bool = False

    def as_data(self) -> dict[str, object]:
        return {
            "kind": self.kind,
            "id": self.id,
            "path": self.path,
            "title": self.title,
            "status": self.status,
            "priority": self.priority or None,
            "phase": self.phase or None,
            "note": self.note or None,
        }


class Filters(Struct, frozen=True):
    """Which rows are wanted; an empty filter accepts all, archived rows have to be asked for."""

    kinds: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    priorities: tuple[str, ...] = ()
    archived: bool = False

    def accept(self, row: Row) -> bool:
        return (
            (not self.statuses or row.status in self.statuses)
            and (not self.priorities or row.priority in self.priorities)
            and (self.archived or not row.archived)
        )


def list_documents(repository: Repository, filters: Filters) -> list[Row]:
    """Return the rows that pass the filters: missions, phases, plans, then items.

    Each kind is in natural order. Only the kinds asked for are read.
    """
    with Outline(repository) as outline:
        tracker = Tracker(outline)
        return [
            row
            for kind in KINDS
            if kind in (filters.kinds or KINDS)
            for row in _ROWS[kind](tracker)
            if filters.accept(row)
        ]


def _missions(tracker: Tracker) -> Iterator[Row]:
    for mission in tracker.missions:
        line = mission.line
        if line.path.startswith(MISSIONS):
            name, note = _mission_id(line.path), mission.contradiction
            yield Row("mission", name, line.path, line.title, line.status, note=note)
    for line in tracker.outline.archived_missions:
        name = _mission_id(line.path)
        yield Row("mission", name, line.path, line.title, line.status, archived=True)


def _mission_id(path: str) -> str:
    return posixpath.basename(path).removesuffix(".yaml")


def _phases(tracker: Tracker) -> Iterator[Row]:
    outline = tracker.outline
    archived = {*outline.archived_phases, *(file.folder for file in outline.files if file.archived)}
    roadmap = {line.number: line for line in outline.roadmap}
    for path in _phase_paths(tracker):
        page = outline.phases.get(path)
        on_roadmap = roadmap.get(Phase(path, ()).key) if path.startswith(PHASES) else None
        name = posixpath.basename(path)
        yield Row(
            "phase",
            name,
            path,
            (page.title if page else "") or _phase_title(name, on_roadmap),
            _phase_status([plan.word for plan in tracker.by_phase.get(path, [])], on_roadmap),
            page.priority if page else "",
            name,
            archived=path in archived,
        )


def _phase_paths(tracker: Tracker) -> list[str]:
    numbered = {path for path in tracker.by_phase if leading(posixpath.basename(path)) is not None}
    folders = {*tracker.outline.phase_folders, *tracker.outline.archived_phases, *numbered}
    return sorted(folders, key=natural)


def _phase_title(name: str, on_roadmap: RoadmapEntry | None) -> str:
    if on_roadmap and on_roadmap.title:
        return on_roadmap.title
    parts = phase_name(name)
    return (parts.slug if parts and parts.slug else name).replace("-", " ")


def _phase_status(words: Sequence[str], on_roadmap: RoadmapEntry | None) -> str:
    """Return the status of a phase by the words of its plans; without plans, the roadmap's."""
    if not words:
        return "claimed" if on_roadmap and on_roadmap.ticked else "open"
    if all(word == "proven" for word in words):
        return "proven"
    return "claimed" if all(word in ("proven", "claimed") for word in words) else "open"


def _plans(tracker: Tracker) -> Iterator[Row]:
    for file, plan in zip(tracker.outline.files, tracker.plans, strict=True):
        priority = tracker.outline.plans[file.path].priority
        phase = posixpath.basename(file.folder)
        note = "" if file.archived else plan.contradiction or tracker.unstartable(plan)
        yield Row(
            "plan", plan.id, plan.path, plan.title, plan.word, priority, phase, note, file.archived
        )


def _items(tracker: Tracker) -> Iterator[Row]:
    notes = {item.path: item.contradiction for item in tracker.backlog.items}
    for path in sorted(tracker.outline.items):
        line = tracker.outline.items[path]
        forced = line.forced and line.status == "done"
        note = "closed by force" if forced else notes.get(path, "")
        archived = path.startswith(f"{paths.ARCHIVE}/")
        yield Row("item", line.id, path, line.title, line.status, line.priority, "", note, archived)


_ROWS: dict[str, Callable[[Tracker], Iterable[Row]]] = {
    "mission": _missions,
    "phase": _phases,
    "plan": _plans,
    "item": _items,
}
