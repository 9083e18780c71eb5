"""This user's approvals: a file each in the user's state folder, never in the repository.

An approval is valid for one user, on one machine, in one clone. A file counts only if it is this
user's own, in a folder that only this user can write, and says itself what it approves. What a
run's record says of approvals is a claim, and grants nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from forge import atomic, regular
from forge.errors import NotTheUser, SettingsError, StorageFailed
from forge.git.clone import clone_id, known_clone_id
from forge.git.repository import Repository
from forge.planning.confinement import user_state_folder
from forge.run.approvals import private_folder
from forge.run.approvals.subject import Subject
from forge.run.guard.user_only import announce
from forge.timeline.ids import now

_OWN_FOLDERS = 3  # forge/approvals/CLONE
_LARGEST = 4 << 20  # bytes of an approval
_OTHERS = stat.S_IWGRP | stat.S_IWOTH
_ELSEWHERE = "set XDG_STATE_HOME to a folder that only you can write"


class Grant(NamedTuple):
    """An approval: how it was given (`recorded`, `flag`, `subject`), and the findings that were
    shown with it, as records keep them, if they are on record.
    """

    how: str
    findings: list[str] | None = None


class Void(NamedTuple):
    """Why a file in the place of an approval does not count, and what helps."""

    reason: str
    hint: str
    commands: list[str]


def state_folder() -> Path:
    """Return the folder of this user's approvals, in the XDG state folder."""
    return user_state_folder() / "approvals"


def granted(repository: Repository, subject: Subject, run: str | None = None) -> Grant | None:
    """Return this user's approval of exactly this subject, in this clone; None without one.

    For a `run`, one that was given with its start counts as well.
    """
    for place, wanted in _places(repository, subject, run):
        found = _read(repository, place, wanted)
        if isinstance(found, Grant):
            return found
    return None


def given_at_start(repository: Repository, run: str, subject: Subject) -> str:
    """Return how a run was approved at its start, if that was for this run alone and of exactly
    this subject; else an empty text.
    """
    place, wanted = _of_run(repository, run, subject)
    found = _read(repository, place, wanted) if place else None
    return found.how if isinstance(found, Grant) else ""


def why_void(repository: Repository, subject: Subject) -> Void | None:
    """Return why an approval of this subject that is there does not count; None if there is none,
    or if it counts.
    """
    found = [
        _read(repository, place, wanted) for place, wanted in _places(repository, subject, None)
    ]
    return next((one for one in found if isinstance(one, Void)), None)


def approve(repository: Repository, subject: Subject, actor: str, findings: Sequence[str]) -> None:
    """Record an approval with the findings that were shown.

    Raises StorageFailed, SettingsError, and NotTheUser in a program of a run.
    """
    folder = _folder(clone_id(repository))
    record = _record(repository, subject, Grant("recorded", list(findings)), actor)
    _write(repository, folder / _name(subject), record, "approve")


def approve_run(
    repository: Repository, run: str, subject: Subject, grant: Grant, actor: str
) -> None:
    """Record an approval that is valid for one run. Raises StorageFailed, SettingsError."""
    folder = _folder(clone_id(repository))
    record = _record(repository, subject, grant, actor) | {"approves": "run", "run": run}
    _write(repository, folder / _run_name(run), record, "execute")


def withdraw(repository: Repository, subject: Subject) -> bool:
    """Withdraw an approval; return whether there was one that counted. Raises NotTheUser."""
    counted = granted(repository, subject) is not None
    for place, _ in _places(repository, subject, None):
        if os.path.lexists(place):
            _announce(repository, place, "", "reject")
        atomic.remove_unfinished(place.parent)
        with contextlib.suppress(OSError):
            place.unlink()
    return counted


def forget_run(repository: Repository, run: str) -> None:
    """Remove the approval that was valid for one run."""
    clone = known_clone_id(repository)
    place = _folder(clone or "") / _run_name(run)
    if clone is not None and os.path.lexists(place):
        with contextlib.suppress(OSError, NotTheUser):
            _announce(repository, place, "", "execute")
            atomic.remove_unfinished(place.parent)
            place.unlink()


def unfit(repository: Repository, folder: Path) -> Void | None:
    """Return why no approval in a folder of approvals counts; None if nothing speaks against it.

    Raises OSError.
    """
    place = os.path.realpath(folder)
    for inside in (repository.root, repository.common_dir):
        if Path(place).is_relative_to(os.path.realpath(inside)):
            return Void(
                f"the state folder {folder} is inside the repository",
                "set XDG_STATE_HOME to a folder outside it",
                [],
            )
    depth = _OWN_FOLDERS - (folder == state_folder())
    found = private_folder.open_to_others(folder, depth)
    if found is None:
        return None
    reason = f"no approval in {folder} counts: {found.place}: {found.why}"
    return Void(reason, _ELSEWHERE, [found.fix] if found.fix else [])


Wanted = dict[str, str]


def _places(repository: Repository, subject: Subject, run: str | None) -> list[tuple[Path, Wanted]]:
    """Return the files that could approve a subject, and what each has to say."""
    clone = known_clone_id(repository)
    if clone is None:
        return []
    plan = {"approves": "plan", "plan": subject.plan_path}
    places = [(_folder(clone) / _name(subject), _said(clone, subject) | plan)]
    if run is not None:
        place, wanted = _of_run(repository, run, subject)
        places += [(place, wanted)] if place else []
    return places


def _of_run(repository: Repository, run: str, subject: Subject) -> tuple[Path | None, Wanted]:
    clone = known_clone_id(repository)
    if clone is None:
        return None, {}
    wanted = _said(clone, subject) | {"approves": "run", "run": run}
    return _folder(clone) / _run_name(run), wanted


def _said(clone: str, subject: Subject) -> Wanted:
    return {"clone": clone, "subject": subject.sha256}


def _folder(clone: str) -> Path:
    return state_folder() / clone


def _name(subject: Subject) -> str:
    path = hashlib.sha256(subject.plan_path.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return f"{path}-{subject.sha256}.json"


def _run_name(run: str) -> str:
    return f"run-{run}.json"


def _record(
    repository: Repository, subject: Subject, grant: Grant, actor: str
) -> dict[str, object]:
    return {
        "approves": "plan",
        "plan": subject.plan_path,
        "subject": subject.sha256,
        "clone": clone_id(repository),
        "how": grant.how,
        "by": actor,
        "at": now(),
        "root": str(repository.root),
        "findings": grant.findings,
        "covers": subject.as_data(),
    }


def _announce(repository: Repository, path: Path, sha256: str, tool: str) -> None:
    """Tell the runs in progress that the user changes the store. Raises NotTheUser."""
    announce(path, sha256, repository, state_folder(), f"forge {tool}")


def _write(repository: Repository, path: Path, record: dict[str, object], tool: str) -> None:
    try:
        if (problem := unfit(repository, path.parent)) is None:
            private_folder.make(path.parent)
            problem = unfit(repository, path.parent)
        if problem is not None:
            raise SettingsError(*problem)
        data = json.dumps(record, indent=1).encode()
        _announce(repository, path, hashlib.sha256(data).hexdigest(), tool)
        atomic.remove_unfinished(path.parent)
        atomic.write(path, data, mode=0o600)
        os.chmod(path, 0o600)  # the umask may have removed bits
    except OSError as error:
        raise StorageFailed.of(error, path) from error


def _read(repository: Repository, path: Path, wanted: Wanted) -> Grant | Void | None:
    """Return the approval of a file that says what is wanted; why it does not count; or None if
    there is no such file.
    """
    try:
        if not os.path.lexists(path):
            return None
        problem = unfit(repository, path.parent)
        if problem is not None:
            return problem
        data = json.loads(_content(path))
        findings = data.get("findings")
        said = {key: data.get(key) for key in wanted}
    except (OSError, ValueError, AttributeError, RecursionError) as error:
        return _void(path, f"it cannot be read as one: {error}")
    if said != wanted:
        return _void(path, "it does not say that it approves this")
    lines = [str(line) for line in findings] if isinstance(findings, list) else None
    return Grant(str(data.get("how")), lines)


def _void(path: Path, why: str) -> Void:
    return Void(f"{path} is not your approval: {why}", "look at it, then approve the plan", [])


def _content(path: Path) -> bytes:
    """Return the content of a regular file of this user's that nobody else can write.

    Raises OSError, and ValueError with the reason for any other file.
    """
    descriptor = regular.open_regular(path)
    try:
        status = os.fstat(descriptor)
        if status.st_uid != os.geteuid():
            raise ValueError(f"it belongs to the user {status.st_uid}")
        if status.st_mode & _OTHERS:
            raise ValueError("others can write to it")
        if status.st_size > _LARGEST:
            raise ValueError("it is too large")
        return os.read(descriptor, status.st_size)
    finally:
        os.close(descriptor)
