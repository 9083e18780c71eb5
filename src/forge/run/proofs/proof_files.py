"""Proofs as files under `.planning/proofs/`, committed with a trailer that names the plan."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping

from forge import atomic
from forge.git.commits.record_commit import commit_files
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


def write(repository: Repository, files: Mapping[str, bytes]) -> None:
    """Write proofs to the work tree. Raises StorageFailed."""
    for path, data in files.items():
        atomic.write(repository.root / path, data, mode=0o644)


def commit(
    repository: Repository, plan: Plan, files: Mapping[str, bytes], summary: str, head: str
) -> str | None:
    """Commit proofs of a plan on top of `head`; return the commit, or None on a detached HEAD."""
    branch = repository.head().branch
    if branch is None:
        return None
    trailer = f"Forge-Plan: {re.sub(r'[^ -~]', '-', plan.id)}@{plan.sha256[:12]}"
    text = f"{subject_line(f'forge({plan.id}): {summary}')}\n\n{trailer}\n"
    return commit_files(repository, dict(files), text, head, branch)
