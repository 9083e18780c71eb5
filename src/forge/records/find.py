"""Which run a name means."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from forge.errors import DamagedLog, NoOpenRun, UnknownName
from forge.git.repository import Repository
from forge.records.card import RUNS
from forge.records.record import (
    RunRecord,
    all_runs,
    is_adopted_elsewhere,
    live_ids,
    open_anywhere,
    open_runs,
    read_all,
    require_known_version,
    require_known_versions,
    run_ids,
    why_unreadable,
    with_evidence_checked,
)
from forge.records.store import belongs_here, live_folder
from forge.text.command_line import command_line, forge_command

_MOST_LISTED = 20


def one_run(
    repository: Repository,
    name: str | None,
    *,
    among_open: bool,
    only: Callable[[RunRecord], bool] = lambda record: True,
) -> RunRecord:
    """Return the run that a name means: an id, an unambiguous part of one, or a plan.

    Without a name it is the open run, or the last run if `among_open` is false and none is open.
    Runs that `only` rejects do not count. Raises NoOpenRun, UnknownName with the candidates, and
    DamagedLog for a run whose files cannot be read.
    """
    runs = open_anywhere(repository, name) if among_open else _meant(repository, name)
    records = list(filter(only, runs))
    if not among_open and not records:  # no id fits: it may be a plan's name
        records = list(filter(only, all_runs(repository, everywhere=True)))
    if name is None:
        candidates = records if among_open else _open_in_this_clone(records) or records[-1:]
        if not candidates:
            require_known_versions(repository)
            raise NoOpenRun(*_why_no_run(repository, among_open=among_open))
    else:
        candidates = _fitting(records, name)
        if not candidates:
            _require_readable(repository, name)
            reason = _why_not_found(repository, name, among_open=among_open)
            raise NoOpenRun([reason, *_listed(records)], "see `forge runs`")
    return _only_one(candidates)


def _meant(repository: Repository, name: str | None) -> list[RunRecord]:
    """Return the runs that a name can mean by its id alone: those that contain it, and without a
    name the live ones and the last one. No other run is read.
    """
    ids = run_ids(repository, everywhere=True)
    among = {*live_ids(repository), *ids[-1:]} if name is None else _ids_with(ids, name)
    return all_runs(repository, everywhere=True, among=among) if among else []


def _ids_with(ids: Sequence[str], name: str) -> set[str]:
    """Return the id that is a name, else all that contain it."""
    return {name} if name in ids else {run for run in ids if name in run}


def _fitting(records: list[RunRecord], name: str) -> list[RunRecord]:
    exact = [record for record in records if record.card.run == name]
    return exact or [
        record for record in records if name in record.card.run or name == record.card.plan
    ]


def _only_one(candidates: list[RunRecord]) -> RunRecord:
    if len(candidates) > 1:
        message = [f"{len(candidates)} runs fit:", *_listed(candidates)]
        raise UnknownName(message, "name one of them")
    return candidates[0]


def _open_in_this_clone(records: list[RunRecord]) -> list[RunRecord]:
    return [record for record in records if record.open and record.status != "elsewhere"]


def run_by_name(repository: Repository, name: str) -> RunRecord | None:
    """Return the one run whose id, part of an id, or folder a name is; None if it is unclear."""
    part = name.rstrip("/").rpartition("/")[2]
    among = _ids_with(run_ids(repository, everywhere=True), part) if part else set()
    fitting = all_runs(repository, everywhere=True, among=among) if among else []
    return with_evidence_checked(repository, fitting[0]) if len(fitting) == 1 else None


def open_elsewhere(repository: Repository, name: str | None) -> RunRecord:
    """Return the run that is open in another clone: the one that a name fits, or the only one.

    Raises NoOpenRun, and UnknownName with the candidates.
    """
    runs = all_runs(repository)
    records = [record for record in runs if not (record.live or record.state.ended)]
    fitting = [record for record in records if name is None or name in record.card.run]
    if fitting:
        return _only_one(fitting)
    for record in runs:
        if record.came_along and name is not None and name in record.card.run:
            raise NoOpenRun(*_ended_before_the_copy(record))
    if name is not None and any(name in record.card.run for record in open_runs(repository)):
        reason, hint = f"the run {name} is open in this clone", "continue with `forge resume`"
    else:
        reason, hint = "no such run is open in another clone", "see `forge runs`"
    raise NoOpenRun([reason, *_listed(records)], hint)


def _ended_before_the_copy(record: RunRecord) -> tuple[str, str, list[str]]:
    """Return message, hint and commands for a run that ended, and whose closing record was not
    committed yet when its folder was copied or restored.
    """
    plan, run = record.card.plan, record.card.run
    return (
        f"the run {run} has ended ({record.state.status}) in the clone that this folder is a copy"
        " of, before its record was committed, so there is nothing to go on with; its live log here"
        f" stays as it is: {record.folder}",
        "the next forge command in its own clone commits the record, and `git pull` brings it here;"
        " if that clone is gone, execute the plan again: steps that are committed are carried over",
        [forge_command("approve", plan), forge_command("execute", plan)],
    )


def _require_readable(repository: Repository, name: str) -> None:
    """Raises DamagedLog or NewerVersion if there is a run of this id and its files cannot be
    read.
    """
    if "/" in name:
        return
    for folder in (live_folder(repository) / name, repository.root / RUNS / name):
        if folder.is_dir() and (reason := why_unreadable(folder)):
            require_known_version(folder)
            raise DamagedLog(
                f"{folder.parent}/{reason}", "restore it from the last commit that contains it"
            )


def _why_no_run(repository: Repository, *, among_open: bool) -> tuple[str, str]:
    """Return message and hint for a call without a name that finds no run."""
    if not among_open:
        return "there are no runs yet", "start one with `forge execute`"
    adopted = [
        record.card.run
        for record in read_all(repository, live_folder(repository), live=True)
        if record.live
        and belongs_here(repository, record.folder)
        and is_adopted_elsewhere(repository, record)
    ]
    if adopted:
        return (
            f"the run {adopted[-1]} was taken over by another clone",
            "continue there; `forge runs` shows its status",
        )
    away = [
        record for record in all_runs(repository) if record.status == "elsewhere" and record.open
    ]
    if away:
        run = away[-1].card.run
        adopt = command_line("forge", "resume", "--adopt", run)
        hint = f"continue there; if that clone is gone, adopt it: `{adopt}`"
        return f"no run is open here; {run} {where_open(away[-1])}", hint
    return "no run is open here", "start one with `forge execute`"


def _why_not_found(repository: Repository, name: str, *, among_open: bool) -> str:
    record = next((record for record in all_runs(repository) if name in record.card.run), None)
    if not among_open or record is None:
        return f"there is no {'open ' if among_open else ''}run `{name}`"
    if record.continues_on_another_branch:
        return (
            f"the run {name} continues on another branch (it started on {record.card.branch});"
            " the record on this branch is older"
        )
    if record.status == "elsewhere" and record.state.adopted_by:
        return (
            f"the run {name} was taken over by another clone; this clone's own log of it stays"
            " under .git/forge/runs/"
        )
    if record.status == "elsewhere":
        return f"the run {name} {where_open(record)}; `forge resume --adopt` takes it over"
    return f"the run {name} has ended"


def where_open(record: RunRecord) -> str:
    """Return in words where a run is open that is not open in this clone."""
    if record.came_along:
        return (
            "belongs to the clone that this folder is a copy of (it was copied, restored from a"
            " backup, or moved to another file system)"
        )
    return "is open in another clone"


def _listed(records: list[RunRecord]) -> list[str]:
    newest = [f"  {record.card.run}  {record.status}" for record in records[-_MOST_LISTED:]]
    rest = len(records) - _MOST_LISTED
    return [f"  {rest} older ones", *newest] if rest > 0 else newest
