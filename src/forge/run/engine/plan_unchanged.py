"""Holds the plan of an open run to the text that was approved."""

from __future__ import annotations

import hashlib
import shlex

from forge.errors import NotApproved, UsageError
from forge.git.objects.commit import blob_data, file_at
from forge.git.repository import Repository
from forge.planning.names.plan_files import find_plan_files
from forge.planning.plan.plan import Plan, load
from forge.records.card import RunCard
from forge.run.approvals import plan_approval
from forge.run.engine.open_run import OpenRun
from forge.text.command_line import forge_command
from forge.text.readable import read_document
from forge.text.source import Source


def plan_of(repository: Repository, card: RunCard) -> Plan:
    """Return the plan as it was when the run began: the file where it is still the same, else its
    blob.
    """
    data = _read(repository, card.plan_path)
    if data is None or hashlib.sha256(data).hexdigest() != card.plan_sha256:
        data = blob_data(repository, card.plan_blob)
    return load(Source.of(card.plan_path, data), card.plan)


def _moved(repository: Repository, card: RunCard) -> bool:
    """Say whether the plan's exact text lies at another path now."""
    paths = find_plan_files(repository.root)
    return any(
        hashlib.sha256(_read(repository, path) or b"").hexdigest() == card.plan_sha256
        for path in paths
    )


def _read(repository: Repository, path: str) -> bytes | None:
    try:
        return read_document(repository.root, path)
    except OSError:
        return None


def require_same_plan(run: OpenRun) -> None:
    """Raises UsageError where the plan's file is not what the run began with, NotApproved where its
    approval is void.

    A rollback runs nothing of a plan, so that neither matters to it.
    """
    if run.card.kind != "execute":
        return
    data = _read(run.repository, run.card.plan_path)
    moved = data is None and _moved(run.repository, run.card)
    if not moved and (data is None or hashlib.sha256(data).hexdigest() != run.card.plan_sha256):
        raise UsageError(
            f"{run.card.plan_path} {'changed' if data is not None else 'is gone'} since the run"
            " began",
            "stop this run, then execute the plan as it is"
            f" now{or_as_committed(run.repository, run.card.plan_path)}",
            [
                f"forge stop {run.card.run}",
                *(forge_command(verb, run.card.plan) for verb in ("approve", "execute")),
            ],
        )
    if run.option("approve"):
        return
    subject = plan_approval.subject_of(run.repository, run.plan, run.settings, run.card.runner)
    if run.option("approved") != subject.sha256 and not plan_approval.is_approved(
        run.repository, subject
    ):
        raise NotApproved(
            "the plan's approval no longer holds: its runner, limits, scope or missions changed"
            " since",
            "approve it as it is now",
            [
                plan_approval.command(run.settings, run.card.plan_path, run.card.runner),
                f"forge resume {run.card.run}",
            ],
        )


def or_as_committed(repository: Repository, path: str) -> str:
    """Return how to bring back a file that is not as HEAD has it, as the end of a hint; empty for
    one that is.
    """
    committed = file_at(repository, repository.head().commit, path)
    if committed is None or committed == _read(repository, path):
        return ""
    return (
        f"; or bring back what is committed (`git checkout HEAD -- {shlex.quote(path)}`), then"
        " `forge resume`"
    )
