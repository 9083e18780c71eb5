"""Refuses what is for the user to a command that a program of a run started."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from forge.errors import NotTheUser
from forge.git.repository import Repository
from forge.records.card import RUNS
from forge.records.store import live_folder
from forge.run.guard import denial, sockets
from forge.run.guard.ancestry import (
    ancestors,
    can_be_told,
    groups_and_sessions,
    is_leader,
    variable_of,
)
from forge.run.guard.beacon import Place, beacons_above
from forge.run.guard.denial import Denial
from forge.run.processes import mark, outside_runs, pid_file
from forge.run.processes.mark import Mark
from forge.timeline.lock import holder_alive
from forge.timeline.run.run_id import is_run_id

_OUTSIDE = "verify --run"
_HINT = (
    "do it yourself, in a terminal; tests that use forge need a repository and a state folder of"
    " their own (XDG_STATE_HOME)"
)


def require_user(repository: Repository | None, state: Path, tool: str) -> None:
    """Raise NotTheUser if this process descends from a program of a run: of this clone, or of one
    with the same approvals. The run learns of it.

    `state` is the folder of the user's approvals. Where ancestry cannot be told, nothing is
    refused.
    """
    if not can_be_told():
        _require_nothing_hidden(repository, tool)
        return
    clone = Place.of(repository.common_dir) if repository else None
    here = Place.of(state)
    question = _question(tool, clone, here)
    for beacon in beacons_above(os.getpid()):
        if beacon.covers(clone, here):
            answers = list(sockets.ask(question, [beacon.address]))
            _refuse(repository, beacon.what, tool, leave_request=not answers)
    if (run := _marked_run(repository, state)) is not None:
        _refuse(repository, run, tool, leave_request=True)
    _require_no_objection(question)


def announce(path: Path, sha256: str, repository: Repository, state: Path, tool: str) -> None:
    """Tell every process that runs foreign code that this command writes, or for an empty hash
    removes, an approval. Raises NotTheUser if one of them knows this process as a descendant.
    """
    if can_be_told():
        question = _question(tool, Place.of(repository.common_dir), Place.of(state))
        _require_no_objection({**question, "writes": str(path), "sha256": sha256})


def _require_nothing_hidden(repository: Repository | None, tool: str) -> None:
    """Raise NotTheUser if Linux does not show this process its parents while forge is at work in
    the clone: a program of the run may have hidden them.
    """
    if sys.platform != "linux" or repository is None:
        return
    for lock in sorted((repository.forge_dir / "locks").glob("*.lock")):
        if (holder := holder_alive(lock)) is not None:
            raise NotTheUser(
                f"`{tool}` is for the user, and whether you are the user cannot be told: /proc is"
                f" not readable here, and {holder.what or 'a forge process'} is at work",
                "do it in a terminal in which /proc is mounted, or wait until that has ended",
            )


def _question(tool: str, clone: Place | None, state: Place) -> dict[str, Any]:
    return {"tool": tool, "clone": clone, "state": state}


def _require_no_objection(question: dict[str, Any]) -> None:
    for answer in sockets.ask(question, sockets.addresses()):
        if answer.get("covers") and not answer.get("user"):
            raise _error(str(answer.get("what")), str(question["tool"]))


def _marked_run(repository: Repository | None, state: Path) -> str | None:
    """Return the run whose mark, process group or session this process or an ancestor has: one of
    this clone, or one with these approvals.
    """
    processes = [os.getpid(), *ancestors(os.getpid())]
    for found in _marks(processes):
        if found.has_approvals(state) or (repository and _is_of(found, repository)):
            return found.run if is_run_id(found.run) else _OUTSIDE
    if repository is None:
        return None
    numbers = set().union(*map(groups_and_sessions, processes))
    for folder in (*_folders(live_folder(repository)), outside_runs.folder(repository)):
        child = pid_file.read(folder)
        if child is not None and any(is_leader(number, child) for number in numbers):
            return folder.name if is_run_id(folder.name) else _OUTSIDE
    return None


def _is_of(found: Mark, repository: Repository) -> bool:
    """Return whether a mark is of this clone; one that lost its place, if this clone has the run
    that it names.
    """
    if found.clone or not is_run_id(found.run):
        return found.is_of_clone(repository)
    folders = live_folder(repository, found.run), repository.root / RUNS / found.run
    return any(folder.is_dir() for folder in folders)


def _marks(processes: list[int]) -> Iterator[Mark]:
    """Yield the marks in the environment of this process and of others."""
    for variables in (os.environ, *map(_mark_variables, processes)):
        if (found := Mark.read(variables)) is not None:
            yield found


def _mark_variables(pid: int) -> dict[str, str]:
    return {name: variable_of(pid, name) or "" for name in (mark.RUN, mark.PLACE)}


def _folders(folder: Path) -> list[Path]:
    with contextlib.suppress(OSError):
        return sorted(folder.iterdir())
    return []


def _refuse(repository: Repository | None, what: str, tool: str, *, leave_request: bool) -> None:
    """Leave a request for the run if it was not told by its socket, and raise NotTheUser."""
    if leave_request and repository is not None and is_run_id(what):
        request = Denial(tool, "not_the_user", os.getpid())
        denial.leave(live_folder(repository, what), request)
    raise _error(what, tool)


def _error(what: str, tool: str) -> NotTheUser:
    by = f"the run {what}" if is_run_id(what) else f"`forge {what}`"
    return NotTheUser(
        f"`{tool}` is for the user, and this process was started by a program of {by}", _HINT
    )
