"""All documents with their titles and how they stand, as the outline tells them."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct

from forge.git.repository import Repository
from forge.planning.backlog import paths
from forge.planning.names.plan_files import Phase, natural
from forge.planning.numbers import leading, phase_name
from forge.views.outline.outline import Outline
from forge.views.outline.scan import MISSIONS, PHASES
from forge.views.tracker.status import Tracker

KINDS = ("mission", "phase", "plan", "item")


class Row(Struct, frozen=True):
    """A document in a list. `note` says where what was written by hand is not backed by
    anything.
    """

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
        """Return what JSON shows of it."""
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
    """Which rows are wanted; an empty filter wants all."""

    kinds: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    priorities: tuple[str, ...] = ()
    archived: bool = False

    def wants(self, row: Row) -> bool:
        """Say whether a row passes all filters; archived ones only where they are asked for."""
        return (
            (not self.statuses or row.status in self.statuses)
            and (not self.priorities or row.priority in self.priorities)
            and (self.archived or not row.archived)
        )


def list_documents(repository: Repository, filters: Filters) -> list[Row]:
    """Return the rows that pass the filters: missions, phases, plans, items, each in natural
    order.
    """
    with Outline(repository) as outline:
        standing = Tracker(outline)
        makers: dict[str, Callable[[], Iterable[Row]]] = {
            "mission": lambda: _missions(standing),
            "phase": lambda: _phases(standing),
            "plan": lambda: _plans(standing),
            "item": lambda: _items(standing),
        }
        wanted = filters.kinds or KINDS
        return [
            row for kind in KINDS if kind in wanted for row in makers[kind]() if filters.wants(row)
        ]


def _missions(standing: Tracker) -> Iterator[Row]:
    for found in standing.missions:
        line = found.line
        if line.path.startswith(MISSIONS):
            name = posixpath.basename(line.path).removesuffix(".yaml")
            yield Row("mission", name, line.path, line.title, line.status, note=found.contradiction)
    for line in standing.outline.archived_missions:
        yield Row(
            "mission",
            posixpath.basename(line.path).removesuffix(".yaml"),
            line.path,
            line.title,
            line.status,
            archived=True,
        )


def _phases(standing: Tracker) -> Iterator[Row]:
    outline = standing.outline
    roadmap = {line.number: line for line in outline.roadmap}
    put_away = {*outline.archived_phases, *(file.folder for file in outline.files if file.archived)}
    numbered = {
        folder for folder in standing.by_phase if leading(posixpath.basename(folder)) is not None
    }
    for path in sorted({*outline.phase_folders, *outline.archived_phases, *numbered}, key=natural):
        name = posixpath.basename(path)
        page = outline.phases.get(path)
        words = [plan.word for plan in standing.by_phase.get(path, [])]
        status = next(
            (
                word
                for word in ("proven", "claimed")
                if words and all(each in ("proven", word) for each in words)
            ),
            "open",
        )
        listed = roadmap.get(Phase(path, ()).key) if path.startswith(PHASES) else None
        if listed and listed.ticked and not words:
            status = "claimed"
        parts = phase_name(name)
        title = (
            (page.title if page else "")
            or (listed.title if listed else "")
            or (parts.slug if parts and parts.slug else name).replace("-", " ")
        )
        yield Row(
            "phase",
            name,
            path,
            title,
            status,
            page.priority if page else "",
            name,
            archived=path in put_away,
        )


def _plans(standing: Tracker) -> Iterator[Row]:
    for file, plan in zip(standing.outline.files, standing.plans, strict=True):
        priority = standing.outline.plans[file.path].priority
        phase = posixpath.basename(file.folder)
        note = "" if file.archived else plan.contradiction or standing.unstartable(plan)
        yield Row(
            "plan", plan.id, plan.path, plan.title, plan.word, priority, phase, note, file.archived
        )


def _items(standing: Tracker) -> Iterator[Row]:
    notes = {item.path: item.contradiction for item in standing.backlog.items}
    for path in sorted(standing.outline.items):
        line = standing.outline.items[path]
        forced = line.forced and line.status == "done"
        note = "closed by force" if forced else notes.get(path, "")
        archived = path.startswith(f"{paths.ARCHIVE}/")
        yield Row("item", line.id, path, line.title, line.status, line.priority, "", note, archived)
