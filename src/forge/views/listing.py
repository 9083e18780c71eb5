"""All documents with their titles and how they stand. What did not change since the last call is not read again.

The cache is one file under `.git/forge/cache/`, safe to delete: for each document the signs of the file that it was read from.
"""

from __future__ import annotations

import contextlib
import os
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

import forge
from forge.errors import StorageFailed
from forge.git.repository import Repository
from forge.late import at_first_use
from forge.planning import backlog
from forge.planning.glance import Glance, glance
from forge.planning.plan_files import RUNS, PlanFile, identified
from forge.text import atomic
from forge.text.source import Source
from forge.views.files import MISSIONS, Files, files_below, signs_of

if not TYPE_CHECKING:
    runs = at_first_use("forge.views.runs")  # what is in the cache needs no events,
    item = at_first_use("forge.planning.item")  # and no item
else:  # not the other way round: import-linter leaves out what stands below `if TYPE_CHECKING`
    from forge.planning import item
    from forge.views import runs

_SAYS_DONE = re.compile(r"(?:completed?|done|finished|shipped|executed)\b", re.I)
KINDS = ("mission", "phase", "plan", "item")


class Row(Struct, frozen=True):
    """A document in a list. `note` says where what was written by hand is not backed by anything."""

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
            "kind": self.kind, "id": self.id, "path": self.path, "title": self.title, "status": self.status,
            "priority": self.priority or None, "phase": self.phase or None, "note": self.note or None,
        }  # fmt: skip


class Filters(Struct, frozen=True):
    """Which rows are wanted; an empty filter wants all."""

    kinds: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    phases: tuple[str, ...] = ()
    priorities: tuple[str, ...] = ()
    archived: bool = False

    def wants(self, row: Row) -> bool:
        """Say whether a row passes all filters; archived ones only where they are asked for."""
        return (
            (not self.kinds or row.kind in self.kinds)
            and (not self.statuses or row.status in self.statuses)
            and (not self.phases or row.phase in self.phases)
            and (not self.priorities or row.priority in self.priorities)
            and (self.archived or not row.archived)
        )


def listed(repository: Repository, filters: Filters) -> list[Row]:
    """Return the rows that pass the filters: missions, phases, plans, items, each in natural order."""
    found = files_below(repository.root)
    memory = _Memory(repository)
    wanted = set(filters.kinds or KINDS)
    plans = _plans(repository, memory, found) if wanted & {"plan", "phase"} else []
    makers: dict[str, Callable[[], Iterable[Row]]] = {
        "mission": lambda: _missions(memory, found), "phase": lambda: _phases(repository, memory, found, plans),
        "plan": lambda: plans, "item": lambda: _items(repository, memory, found),
    }  # fmt: skip
    rows = [row for kind in KINDS if kind in wanted for row in makers[kind]() if filters.wants(row)]
    memory.keep(whole=len(wanted) == len(KINDS))
    return rows


def _plans(repository: Repository, memory: _Memory, found: Files) -> list[Row]:
    ran = _run_words(repository, memory)
    return [_plan(memory, PlanFile(path, name), found, ran.get(path)) for path, name in memory.identified(found.plans)]


def _plan(memory: _Memory, file: PlanFile, found: Files, ran: str | None) -> Row:
    seen = memory.glance(file.path, found.plans[file.path])
    word = ran or ("claimed" if file.summary_path in found.summaries else "open")
    said, archived = seen.status, file.archived
    contradicted = said and word not in ("claimed", "proven") and not archived and _SAYS_DONE.match(said)
    phase = file.folder.rpartition("/")[2]
    note = f"it says `{said}`" if contradicted else ""
    return Row("plan", file.id, file.path, seen.title or file.id, word, seen.priority, phase, note, archived)


def _run_words(repository: Repository, memory: _Memory) -> dict[str, str]:
    """Return for each plan that was run how its last run stands, or what the last one that was completed came to."""
    words: dict[str, str] = {}
    live = _names(runs_live := repository.forge_dir / "runs")
    for name in sorted({*_names(repository.root / RUNS), *live}):
        place = (runs_live if name in live else repository.root / RUNS) / name
        plan_path, status, verdict = memory.run(repository, place, live=name in live)
        if status == "completed" and verdict:
            words[plan_path] = verdict
        elif status not in ("completed", "stopped", "failed", ""):
            words[plan_path] = status
    return words


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _phases(repository: Repository, memory: _Memory, found: Files, plans: list[Row]) -> Iterator[Row]:
    inside: dict[str, list[str]] = {}
    for row in plans:
        inside.setdefault(posixpath.dirname(row.path), []).append(row.status)
    for path in sorted(found.phases, key=_order):
        name = posixpath.basename(path)
        signs = found.phases[path]
        page = f"{path}/README.md"
        seen = memory.glance(page, signs) if signs or (repository.root / page).is_file() else Glance()
        words = inside.get(path, [])
        status = next(
            (word for word in ("proven", "claimed") if words and all(each in ("proven", word) for each in words)), "open"
        )
        title = seen.title or re.sub(r"^[\d.]+[A-Za-z]?-", "", name).replace("-", " ")
        yield Row("phase", name, path, title, status, seen.priority, name)


def _order(path: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", path)]


def _missions(memory: _Memory, found: Files) -> Iterator[Row]:
    for path, signs in found.others.items():
        if path.startswith(MISSIONS):
            seen = memory.glance(path, signs)
            name = posixpath.basename(path).removesuffix(".yaml")
            yield Row("mission", name, path, seen.title or name, seen.status or "draft", seen.priority)


def _items(repository: Repository, memory: _Memory, found: Files) -> Iterator[Row]:
    for path in sorted(found.others):
        if not path.startswith(MISSIONS):
            seen = memory.glance(path, found.others[path])
            name = posixpath.basename(path)
            item_id = seen.id if seen.id and backlog.has_id(name, seen.id) else backlog.short_id(name)
            note = "closed by force" if seen.forced and seen.status == "done" else ""
            if (
                seen.status == "done"
                and not seen.forced
                and _unmet(repository.root, memory.open_criteria(path, found.others[path]))
            ):
                note = "criteria are not ticked"
            archived = path.startswith(f"{backlog.ARCHIVE}/")
            yield Row("item", item_id, path, seen.title or item_id, seen.status or "todo", seen.priority, "", note, archived)


def _unmet(root: Path, evidence: list[str | bool]) -> bool:
    """Say whether one of the criteria that are not ticked has no evidence: `evidence` holds a path, or nothing, for each."""
    return any(not path or not os.path.isfile(root / str(path)) for path in evidence)


class _Kept(Struct):
    """The file of the cache: of what code, the ids of the plans, and what was read with the signs of its file before it."""

    key: str
    ids: list[tuple[str, str]]
    rows: dict[str, list[str | bool]]


class _Memory:
    """What was read before, by path and signs. Whatever is wrong with the file, it is then empty."""

    def __init__(self, repository: Repository) -> None:
        self.root = repository.root
        name = "main" if repository.git_dir == repository.common_dir else repository.git_dir.name
        self._place = repository.forge_dir / "cache" / f"listing-{name}.json"
        self._key = f"{forge.__version__} {_own_times()}"
        self._kept: dict[str, list[str | bool]] = {}
        self._ids: list[tuple[str, str]] = []
        self._now: dict[str, list[str | bool]] = {}
        self._changed = False
        with contextlib.suppress(OSError, msgspec.DecodeError):
            kept = msgspec.json.decode(self._place.read_bytes(), type=_Kept)
            if kept.key == self._key:
                self._kept, self._ids = kept.rows, kept.ids

    def glance(self, path: str, signs: str) -> Glance:
        """Return what a document says of itself."""
        kept = self._kept.get(path)
        if kept is not None and signs and kept[0] == signs:
            self._now[path] = kept
            return Glance(*kept[1:])  # type: ignore[arg-type]
        try:
            found = glance(path, (self.root / path).read_bytes())
        except OSError:
            return Glance()
        self._remember(path, signs, [*found])
        return found

    def open_criteria(self, path: str, signs: str) -> list[str | bool]:
        """Return for each criterion of an item that is not ticked what it names as evidence."""
        key = f"{path} criteria"
        kept = self._kept.get(key)
        if kept is not None and signs and kept[0] == signs:
            self._now[key] = kept
            return kept[1:]
        try:
            criteria = item.load(Source.read(self.root, path)).criteria
        except OSError:
            return []
        found: list[str | bool] = [each.evidence for each in criteria if not each.ticked]
        self._remember(key, signs, found)
        return found

    def run(self, repository: Repository, place: Path, *, live: bool) -> tuple[str, str, str]:
        """Return the plan's path, the status and the verdict of a run; empty words for a folder that holds none."""
        signs = "" if live else signs_of(place / "timeline.jsonl")
        kept = self._kept.get(place.name)
        if kept is not None and signs and kept[0] == signs:
            self._now[place.name] = kept
            return str(kept[1]), str(kept[2]), str(kept[3])
        record = runs.read_run(repository, place, live=live)
        if record is None:
            return "", "", ""
        found = (record.card.plan_path, record.status, record.state.verdict or "")
        if record.state.ended:
            self._remember(place.name, signs, [*found])
        return found

    def identified(self, paths: Mapping[str, str]) -> list[tuple[str, str]]:
        """Return these paths of plans with their ids, in natural order; worked out anew where one is new or gone."""
        if len(self._ids) != len(paths) or any(path not in paths for path, _ in self._ids):
            self._ids = [(file.path, file.id) for file in identified(paths)]
            self._changed = True
        return self._ids

    def _remember(self, path: str, signs: str, facts: list[str | bool]) -> None:
        if signs:
            self._now[path] = [signs, *facts]
            self._changed = True

    def keep(self, *, whole: bool) -> None:
        """Write what was read, where anything is new; where all was looked at, what is gone is forgotten.

        Nothing is said where it cannot be kept.
        """
        if self._changed or (whole and len(self._now) != len(self._kept)):
            rows = self._now if whole else {**self._kept, **self._now}
            with contextlib.suppress(StorageFailed):
                atomic.write(self._place, msgspec.json.encode(_Kept(self._key, self._ids, rows)), durable=False)


def _own_times() -> int:
    """Return when the code that reads was changed last: what other code read is read anew."""
    own = Path(forge.__file__).parent
    return max(
        os.stat(own / name).st_mtime_ns
        for name in ("planning/glance.py", "planning/plan_files.py", "views/files.py", "views/listing.py")
    )
