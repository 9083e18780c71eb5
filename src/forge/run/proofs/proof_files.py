"""Proofs as files under `.planning/proofs/`, committed with a trailer that names the plan."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping

from forge.git.commits.record_commit import commit_files
from forge.git.intent.intent import Commit, Intent, Step, Write
from forge.git.intent.perform import changing, perform, performing
from forge.git.repository import Repository
from forge.planning.plan.plan import Plan
from forge.planning.proof import ProofKind, file_name
from forge.run.engine.commit_message import subject_line
from forge.timeline.ids import short


def free_path(
    repository: Repository, plan_id: str, kind: ProofKind, taken: Container[str] = ()
) -> str:
    """Return a path for a new proof that neither exists nor is in `taken`."""
    while True:
        path = file_name(plan_id, kind, short())
        if path not in taken and not (repository.root / path).exists():
            return path


def keep(
    repository: Repository,
    verb: str,
    plan: Plan,
    files: Mapping[str, bytes],
    summary: str,
    head: str | None,
) -> str | None:
    """Write proofs of a plan and commit them on top of `head`: all of it, or nothing.

    Return the commit; None on a detached HEAD or without `head`, where they are only written.
    Raises StorageFailed, for a symbolic link on the way too, GitFailed, Held.
    """
    branch = repository.head().branch
    steps: list[Step] = [Write(path, None, data) for path, data in files.items()]
    with changing(repository):
        if branch is None or head is None:
            perform(repository, Intent(verb, steps))
            return None
        text = _message(plan, summary)
        with performing(repository, Intent(verb, steps, Commit(branch, head, text))):
            return commit_files(repository, dict(files), text, head, branch)


def _message(plan: Plan, summary: str) -> str:
    trailer = f"Forge-Plan: {re.sub(r'[^ -~]', '-', plan.id)}@{plan.sha256[:12]}"
    return f"{subject_line(f'forge({plan.id}): {summary}')}\n\n{trailer}\n"
