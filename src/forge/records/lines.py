"""One line about each run: for lists, and to find the runs of a plan without reading all of them.

Lines of runs that have ended are cached with the stamps of their files, and with what HEAD's
history says of them. Other runs are read each time.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from forge.cache.stamps import of_folder, stamp_of
from forge.cache.store import CacheStore
from forge.git import worktrees
from forge.git.repository import Repository
from forge.planning.names.catalog import Catalog
from forge.records.card import RUNS
from forge.records.first_versions import first_versions
from forge.records.record import (
    RunRecord,
    all_runs,
    current_plan_paths,
    live_ids,
    read_run,
    why_unreadable,
    with_evidence_checked,
)
from forge.records.store import CARD_FILE, LOG_FILE, live_folder

_LONGEST = 200  # characters of a goal that are kept


class RunLine(Struct, frozen=True, array_like=True):
    """What lists tell about a run. `plan_path` is the current path of its plan, `card_path` the one
    on its card; `unreadable` is why its files cannot be read, and then nothing else is known.
    """

    run: str
    unreadable: str = ""
    kind: str = ""
    plan: str = ""
    card_path: str = ""
    plan_path: str = ""
    plan_blob: str = ""
    status: str = ""
    verdict: str | None = None
    started_at: str = ""
    finished_at: str | None = None
    commits: list[str] = []
    branch: str = ""
    clone: str = ""
    goal: str = ""
    altered: str = ""
    work_tree: str | None = None
    last_seq: int = 0
    open: bool = False

    def as_data(self) -> dict[str, object]:
        """Return the run as `RunRecord.as_data` does."""
        return {name: getattr(self, name) for name in _IN_JSON}


_IN_JSON = (
    *("run", "kind", "plan", "status", "verdict", "started_at", "finished_at", "commits", "branch"),
    *("altered", "work_tree"),
)


def line_of(record: RunRecord) -> RunLine:
    """Return the line of a run."""
    card, state = record.card, record.state
    return RunLine(
        card.run,
        "",
        card.kind,
        card.plan,
        card.plan_path,
        record.plan_path,
        card.plan_blob,
        record.status,
        record.verdict,
        state.started_at or card.started_at,
        state.finished_at,
        list(state.commits),
        card.branch,
        card.clone,
        card.goal[:_LONGEST],
        record.altered,
        str(record.dedicated_work_tree) if record.dedicated_work_tree else None,
        state.last_seq,
        record.open,
    )


def run_lines(repository: Repository, *, everywhere: bool = False) -> list[RunLine]:
    """Return a line for each run, sorted by id, unreadable ones included; see `all_runs`."""
    live = set(live_ids(repository))
    by_run: dict[str, RunLine] = {}
    for root in [*(worktrees.other_roots(repository) if everywhere else []), repository.root]:
        for line in _Tracked(repository, root).lines(live):
            known = by_run.get(line.run)
            if known is None or known.unreadable or (line.last_seq >= known.last_seq > 0):
                by_run[line.run] = line
    by_run |= {line.run: line for line in _live(repository, live, everywhere=everywhere)}
    return _with_current_plan_paths(repository, [by_run[run] for run in sorted(by_run)])


def _live(repository: Repository, live: set[str], *, everywhere: bool) -> Iterator[RunLine]:
    """Yield the runs that have a live folder: those are few, and read in full."""
    if not live:
        return
    records = all_runs(repository, everywhere=everywhere, among=live, with_events=False)
    yield from map(line_of, records)
    for run in sorted(live - {record.card.run for record in records}):
        if why := _why_unreadable(live_folder(repository, run)):
            yield RunLine(run, why)


def _with_current_plan_paths(repository: Repository, lines: list[RunLine]) -> list[RunLine]:
    paths = current_plan_paths(
        repository.root, {line.card_path: line.plan_blob for line in lines if line.card_path}
    )
    if not paths:
        return lines
    return [
        replace(line, plan_path=paths[line.card_path]) if line.card_path in paths else line
        for line in lines
    ]


class _Tracked:
    """The tracked runs of one work tree, as lines."""

    def __init__(self, repository: Repository, root: Path) -> None:
        self._repository = repository
        self._root = root
        self._era = ""
        name = hashlib.sha256(os.fsencode(root)).hexdigest()[:16]
        self._store = CacheStore(repository.forge_dir / "cache" / f"runs-{name}.cache")

    def lines(self, left_out: set[str]) -> Iterator[RunLine]:
        """Yield a line for each run that is not left out."""
        folder = self._root / RUNS
        names = [place.name for place in sorted(folder.iterdir())] if folder.is_dir() else []
        names = [name for name in names if not name.startswith(".") and name not in left_out]
        if not names:
            return
        if self._root == self._repository.root:
            self._era = first_versions(self._repository).era()
        with self._store as store:
            for name in names:
                if (line := self._line(store, folder / name)) is not None:
                    yield line

    def _line(self, store: CacheStore, folder: Path) -> RunLine | None:
        place = str(folder)
        stamps = [stamp_of(f"{place}/{file}") for file in (LOG_FILE, CARD_FILE)]
        whole = all(stamps)
        stamp = " ".join([self._era, *stamps, *of_folder(f"{place}/evidence")])
        raw = store.get(folder.name, stamp) if whole else None
        if raw is not None:
            with contextlib.suppress(msgspec.MsgspecError, ValueError):
                return _DECODER.decode(raw)
        record = read_run(self._repository, folder, live=False)
        if record is None:
            why = _why_unreadable(folder)
            return RunLine(folder.name, why) if why else None
        line = line_of(with_evidence_checked(self._repository, record))
        settled = record.state.ended or line.status == "damaged"
        if whole and settled and not line.altered:
            store.put(folder.name, stamp, _ENCODER.encode(line))
        return line


def _why_unreadable(folder: Path) -> str:
    return why_unreadable(folder) if folder.is_dir() else ""


_DECODER = msgspec.msgpack.Decoder(RunLine)
_ENCODER = msgspec.msgpack.Encoder()


def runs_among(
    repository: Repository, fits: Callable[[RunLine], bool], *, everywhere: bool = False
) -> list[RunRecord]:
    """Return the readable runs whose lines fit, in full, sorted by id; no other run is read unless
    it changed.
    """
    lines = run_lines(repository, everywhere=everywhere)
    among = {line.run for line in lines if not line.unreadable and fits(line)}
    return all_runs(repository, everywhere=everywhere, among=among) if among else []


def lines_of_plan(lines: Iterable[RunLine], catalog: Catalog, name: str) -> list[RunLine]:
    """Return the runs of a plan, named as it is named today or as it was when they started."""
    paths = {name, *(file.path for file in catalog.named(name))}
    return [
        line
        for line in lines
        if not line.unreadable and (line.plan_path in paths or name in (line.plan, line.card_path))
    ]
