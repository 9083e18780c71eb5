"""Checks that a run continues with the plan text and the subject that were approved."""

from __future__ import annotations

import hashlib
import shlex

from forge import regular
from forge.errors import UsageError
from forge.git.objects.commit import blob_data, file_at
from forge.git.repository import Repository
from forge.planning.names.plan_files import find_plan_files
from forge.planning.plan.plan import Plan, load
from forge.records.card import RunCard
from forge.run.approvals import plan_approval, store
from forge.run.engine.open_run import OpenRun
from forge.run.processes import sandbox
from forge.text.command_line import forge_command
from forge.text.source import Source


def plan_of(repository: Repository, card: RunCard) -> Plan:
    """Return the plan as it was when the run started: the file if it has the approved text, else
    the blob on the card.
    """
    data = _read(repository, card.plan_path)
    if data is None or not has_approved_text(data, card):
        data = blob_data(repository, card.plan_blob)
    return load(Source.of(card.plan_path, data), card.plan)


def has_approved_text(data: bytes, card: RunCard) -> bool:
    return hashlib.sha256(data).hexdigest() == card.plan_sha256


def require_same_plan(run: OpenRun) -> None:
    """Raises UsageError if the plan's file has changed since the run started, NotApproved if the
    approval is void, and NoSandbox if a sandbox is asked for that does not work here.

    A rollback executes nothing of a plan, so it is always allowed.
    """
    if run.card.kind == "execute":
        _require_same_text(run)
        _require_same_subject(run)
        sandbox.require(
            run.runner.confinement, run.repository.root, f"the runner `{run.card.runner}`"
        )
        sandbox.require(run.settings.commands, run.repository.root, "the plan's commands")


def _require_same_text(run: OpenRun) -> None:
    repository, card = run.repository, run.card
    data = _read(repository, card.plan_path)
    if data is None and _was_moved(repository, card):
        return
    if data is None or not has_approved_text(data, card):
        raise UsageError(
            f"{card.plan_path} {'changed' if data is not None else 'is gone'} since the run began",
            "stop this run, then execute the plan as it is"
            f" now{or_as_committed(repository, card.plan_path)}",
            [
                forge_command("stop", card.run),
                *(forge_command(verb, card.plan) for verb in ("approve", "execute")),
            ],
        )


def _require_same_subject(run: OpenRun) -> None:
    if store.granted(run.repository, run.subject, run.card.run) is None:
        commands = [
            plan_approval.approve_command(run.settings, run.card.plan_path, run.card.runner),
            forge_command("resume", run.card.run),
        ]
        raise plan_approval.not_approved(
            run.repository,
            run.subject,
            "the plan's approval no longer holds: its runner, limits, scope or missions changed"
            " since, or it was withdrawn",
            "approve it as it is now",
            commands,
        )


def or_as_committed(repository: Repository, path: str) -> str:
    """Return the end of a hint: how to restore a file to HEAD's version, empty if it has that."""
    committed = file_at(repository, repository.head().commit, path)
    if committed is None or committed == _read(repository, path):
        return ""
    return (
        f"; or bring back what is committed (`git checkout HEAD -- {shlex.quote(path)}`), then"
        " `forge resume`"
    )


def _was_moved(repository: Repository, card: RunCard) -> bool:
    """Return whether another plan file has exactly the approved text."""
    paths = find_plan_files(repository.root)
    return any(has_approved_text(_read(repository, path) or b"", card) for path in paths)


def _read(repository: Repository, path: str) -> bytes | None:
    try:
        return regular.read_inside(repository.root, path)
    except OSError:
        return None
