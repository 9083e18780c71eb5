"""Code of a run that was at work when forge was killed: what it did to the files that git obeys is
compared before git is started again.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from forge.errors import ForgeError
from forge.git.repository import Repository
from forge.records.record import RunRecord, own_live_folders, read_run
from forge.records.store import GUARD_FILE, git_dir_of, guard_records
from forge.run.engine.parts.live_log import LiveLog
from forge.run.processes import guard_record, outside_runs
from forge.run.processes.git_guard import GitChanged, damage_on_record, said_of_files
from forge.text.command_line import command_line, forge_command
from forge.timeline.lock import holder_alive
from forge.timeline.run import events as ev
from forge.timeline.run.run_id import is_run_id

CONTROLS = frozenset({"resume", "retry", "skip", "stop", "pause", "rollback", "undo"})
"""Verbs that say what changed on the run's record, and go on when they are called again."""

_IN_DOUBT = "interrupted"
_NOT_STARTED = "git was not started"


def require_known(repository: Repository, verb: str) -> None:
    """Raise GitChanged if code of a run, or of a command outside runs, is at work or was cut short,
    and what git obeys is not as it was before. git is not started.

    A control of a run finds it by itself, once nobody else holds the run.
    """
    if verb in CONTROLS:
        return
    for folder in guard_records(repository):
        if changed := guard_record.changed_files(folder, repository):
            code, again = _words(repository, folder)
            said = said_of_files(changed, code, again).split("\n")
            raise GitChanged(said, _NOT_STARTED, [again.strip("`")])


def settle(repository: Repository, execution: str) -> None:
    """Raise GitChanged, after the run's record has it, if code of this work tree that was cut short
    changed what git obeys; it is not said again. The caller holds the lock and has ended the code.
    """
    for folder in guard_records(repository):
        if not _is_here(repository, folder):
            continue
        damage = damage_on_record(folder, repository, *_words(repository, folder))
        if damage is not None:
            _record(repository, folder, execution, damage)
        guard_record.forget(folder)
        if damage is not None:
            raise GitChanged(damage[1].split("\n"), _NOT_STARTED)


def require_unchanged(repository: Repository, folder: Path) -> None:
    """Raise GitChanged, once, before git makes the work tree of a run anew."""
    if changed := guard_record.changed_files(folder, repository):
        guard_record.forget(folder)
        said = said_of_files(changed, *_words(repository, folder)).split("\n")
        raise GitChanged(said, _NOT_STARTED)


def _words(repository: Repository, folder: Path) -> tuple[str, str]:
    """Return what ran, and the command that goes on after a change, in the words of messages."""
    record = read_run(repository, folder, live=True)
    if record is None:
        code = "code of a plan that was cut short"
    else:
        state = "is at work" if _is_at_work(repository, folder) else "was cut short"
        code = f"code of the run {folder.name}, which {state},"
    if record is not None and record.live:
        return code, f"`{forge_command('resume', folder.name)}`"
    return code, f"`{command_line('rm', str(folder / GUARD_FILE))}`"


def _is_at_work(repository: Repository, folder: Path) -> bool:
    git_dir = git_dir_of(folder)
    if git_dir is None:
        return False
    name = "main" if git_dir == repository.common_dir else git_dir.name
    return holder_alive(repository.forge_dir / "locks" / f"{name}.lock") is not None


def _is_here(repository: Repository, folder: Path) -> bool:
    """Return whether a folder is that of a run, or of the command outside runs, of this work tree
    and this clone.
    """
    if is_run_id(folder.name):
        return folder in own_live_folders(repository)
    return folder == outside_runs.folder(repository)


def _record(repository: Repository, folder: Path, execution: str, damage: tuple[str, str]) -> None:
    """Record the change, and pause the run, if it is one: a runner in doubt stays in doubt."""
    record = read_run(repository, folder, live=True)
    if record is None or record.state.ended:
        return
    with contextlib.suppress(ForgeError, OSError), contextlib.ExitStack() as stack:
        log = LiveLog(repository, record.card, actor=record.card.actor, execution=execution)
        stack.callback(log.close)
        state = log.state
        if state.status == "running":
            log.append(ev.RunInterrupted(state.last_seq))
        log.append(ev.FailureDetected(*damage), step=state.step)
        reason = _IN_DOUBT if _is_in_doubt(record) else "failure"
        log.append(ev.ExecutionPaused(reason, damage[1]), step=state.step)


def _is_in_doubt(record: RunRecord) -> bool:
    return record.state.work.runner == "started"
