"""Which run a name means."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from forge.errors import DamagedLog, NoOpenRun, UnknownName
from forge.git.repository import Repository
from forge.planning.names.catalog import Catalog
from forge.records.card import RUNS
from forge.records.record import (
    RunRecord,
    all_runs,
    is_taken_over,
    open_anywhere,
    open_runs,
    read_all,
    why_unreadable,
)
from forge.records.store import belongs_here, live_folder


def one_run(
    repository: Repository,
    name: str | None,
    *,
    among_open: bool,
    only: Callable[[RunRecord], bool] = lambda record: True,
) -> RunRecord:
    """Return the run of an id or an unambiguous part of one, among those that `only` lets through;
    else the one that is open.

    Raises NoOpenRun or UnknownName, which lists the candidates; DamagedLog for a run whose files
    cannot be read.
    """
    found = open_anywhere(repository, name) if among_open else all_runs(repository, everywhere=True)
    records = list(filter(only, found))
    if name is None:
        candidates = records if among_open else _open_in_this_clone(records) or records[-1:]
        if not candidates:
            raise NoOpenRun(*_why_nothing(repository, among_open=among_open))
    else:
        exact = [record for record in records if record.card.run == name]
        candidates = exact or [
            record for record in records if name in record.card.run or name == record.card.plan
        ]
        if not candidates:
            _name_unreadable(repository, name)
            raise NoOpenRun(
                _why_none(repository, name, among_open=among_open) + _listed(records),
                "see `forge runs`",
            )
    if len(candidates) > 1:
        raise UnknownName(f"{len(candidates)} runs fit:{_listed(candidates)}", "name one of them")
    return candidates[0]


def _open_in_this_clone(records: list[RunRecord]) -> list[RunRecord]:
    return [record for record in records if record.open and record.status != "elsewhere"]


def runs_of(records: Sequence[RunRecord], catalog: Catalog, name: str) -> list[RunRecord]:
    """Return the runs of the plan that a name means, today or when they began."""
    paths = {name, *(file.path for file in catalog.named(name))}
    return [
        record
        for record in records
        if record.plan_path in paths or name in (record.card.plan, record.card.plan_path)
    ]


def run_meant(repository: Repository, name: str) -> RunRecord | None:
    """Return the one run whose id, or a part of it, or whose folder a name is; None where it is no
    run's, or several runs'.
    """
    wanted = name.rstrip("/").rpartition("/")[2]
    found = [
        record
        for record in all_runs(repository, everywhere=True)
        if wanted and wanted in record.card.run
    ]
    return found[0] if len(found) == 1 else None


def _name_unreadable(repository: Repository, name: str) -> None:
    """Raises DamagedLog where a run of this id is there and its files are none that can be read."""
    for folder in (live_folder(repository) / name, repository.root / RUNS / name):
        if "/" in name or not folder.is_dir():
            continue
        if reason := why_unreadable(folder):
            raise DamagedLog(
                f"{folder.parent}/{reason}", "bring it back from the last commit that holds it"
            )


def one_elsewhere(repository: Repository, name: str | None) -> RunRecord:
    """Return the run of an id, or a part of one, that is open and not in this clone; without a
    name, the only one.

    Raises NoOpenRun or UnknownName, which lists the candidates.
    """
    records = [record for record in all_runs(repository) if not (record.live or record.state.ended)]
    found = [record for record in records if name is None or name in record.card.run]
    if len(found) > 1:
        raise UnknownName(f"{len(found)} runs fit:{_listed(found)}", "name one of them")
    if not found:
        here = name is not None and any(name in record.card.run for record in open_runs(repository))
        said = (
            f"the run {name} is open in this clone"
            if here
            else "no such run is open in another clone"
        )
        raise NoOpenRun(
            said + _listed(records), "go on with `forge resume`" if here else "see `forge runs`"
        )
    return found[0]


def _why_nothing(repository: Repository, *, among_open: bool) -> tuple[str, str]:
    if not among_open:
        return "there are no runs yet", "start one with `forge execute`"
    lost = [
        record.card.run
        for record in read_all(repository, live_folder(repository), live=True)
        if belongs_here(repository, record.folder) and is_taken_over(repository, record)
    ]
    if lost:
        return (
            f"the run {lost[-1]} was taken over by another clone",
            "go on there; `forge runs` shows how it stands",
        )
    away = [
        record.card.run
        for record in all_runs(repository)
        if record.status == "elsewhere" and record.open
    ]
    if away:
        hint = (
            f"go on there; if that clone is gone, `forge resume --adopt {away[-1]}` takes it over"
        )
        return f"no run is open here; {away[-1]} is open in another clone", hint
    return "no run is open here", "start one with `forge execute`"


def _why_none(repository: Repository, name: str, *, among_open: bool) -> str:
    found = next((record for record in all_runs(repository) if name in record.card.run), None)
    if not among_open or found is None:
        return f"there is no {'open ' if among_open else ''}run `{name}`"
    if found.left_behind:
        return (
            f"the run {name} went on on another branch (it began on {found.card.branch}); what this"
            " one has of it is older"
        )
    if found.status == "elsewhere" and found.state.adopted_by:
        return (
            f"the run {name} was taken over by another clone; what this clone's own log holds stays"
            " under .git/forge/runs/"
        )
    return (
        f"the run {name} {'lives in another clone' if found.status == 'elsewhere' else 'has ended'}"
    )


def _listed(records: list[RunRecord]) -> str:
    return "".join(f"\n  {record.card.run}  {record.status}" for record in records[-20:])
