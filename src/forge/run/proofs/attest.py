"""Attesting and waiving: in the plan's open run as an event, else as an immutable file under
`.planning/proofs/`.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass

from forge import atomic
from forge.errors import UsageError
from forge.git.commits.identity import identity
from forge.git.commits.record_commit import commit_files
from forge.git.objects.tree import WorkTree, tree_without_planning
from forge.git.repository import Repository
from forge.planning.plan.must_haves import MustHave
from forge.planning.plan.plan import Plan
from forge.planning.plan.scope import leaves
from forge.planning.plan.shell import cannot_fail
from forge.planning.proof import Proof, ProofKind, file_name, statement_hash
from forge.records.record import RunRecord, open_runs
from forge.run.engine.commit_message import subject_line
from forge.run.engine.context import Context
from forge.run.engine.executor import commit_pause
from forge.run.engine.session import holding, writing
from forge.text.command_line import forge_command
from forge.timeline.event import Data
from forge.timeline.ids import now, short
from forge.timeline.run import events as ev


@dataclass(frozen=True)
class Given:
    """A proof that was given: of which plan and must-have, by whom, and where it lies."""

    plan: str
    must_have: str
    kind: str
    by: str
    path: str | None
    run: str | None
    commit: str | None

    def as_data(self) -> dict[str, object]:
        """Return what JSON shows of it."""
        return {
            "plan": self.plan,
            "must_have": self.must_have,
            "kind": self.kind,
            "by": self.by,
            "path": self.path,
            "run": self.run,
            "commit": self.commit,
            "next": [f"forge resume {self.run}" if self.run else f"forge verify {self.plan}"],
        }

    def describe(self) -> str:
        """Say it in one line."""
        where = (
            f"in run {self.run}"
            if self.run
            else f"in {self.path}"
            + (f" ({self.commit[:10]})" if self.commit else ", not committed")
        )
        return f"{self.must_have} of {self.plan}: {self.kind} by {self.by}, {where}"


def find_must_have(plan: Plan, name: str) -> MustHave:
    """Return the must-have that `KIND:N` names. Raises UsageError, which lists those that there
    are.
    """
    for item in plan.must_haves:
        if item.name == name:
            return item
    listed = "\n".join(f"  {item.name}  {item.statement}" for item in plan.must_haves) or "  (none)"
    raise UsageError(
        f"{plan.id} has no must-have `{name}`; it has:\n{listed}",
        "name one as KIND:N, as in truth:2",
    )


def attest(context: Context, plan: Plan, name: str, evidence: list[str], note: str) -> Given:
    """Record a person's attestation of a truth. Raises UsageError where a command decides it, or
    evidence is not there.
    """
    item = find_must_have(plan, name)
    if item.kind != "truth":
        raise UsageError(
            f"{name} is decided by the tree, not by attestation",
            "mend it, or `forge waive` it with a reason",
        )
    if item.command and not cannot_fail(item.command):
        raise UsageError(
            f"{name} has a command, which decides it: {item.command}",
            "have it run (the plan has to be approved), or `forge waive` it with a reason",
            [forge_command("verify", plan.id, "--run")],
        )
    tree = WorkTree(context.repository)
    named: list[dict[str, str | None]] = []
    for path in evidence:
        relative = _relative(context.repository, path)
        if leaves(relative) or tree.entry(relative).kind != "file":
            raise UsageError(
                f"the evidence {path} is no file of this repository",
                "name a file inside the repository",
            )
        named.append({"path": relative, "blob": tree.blob(relative)})
    commit = context.repository.head().commit or ""
    by = identity(context.repository)
    event = ev.TruthAttested(item.index, item.statement, by, note, named, commit)
    proof = Proof(
        "attestation",
        plan.path,
        name,
        statement_hash(item.statement),
        by,
        now(),
        note,
        None,
        named,
        tree_without_planning(tree),
        commit,
    )
    return _give(context, plan, item, event, proof)


def _relative(repository: Repository, path: str) -> str:
    with contextlib.suppress(ValueError):
        return repository.relative(repository.root / path)
    return path


def waive(context: Context, plan: Plan, name: str, reason: str) -> Given:
    """Record that a person does without a must-have. Raises UsageError where no reason is given."""
    if not reason.strip():
        raise UsageError("a waiver needs a reason", "say it with --reason TEXT")
    item = find_must_have(plan, name)
    by = identity(context.repository)
    event = ev.TruthWaived(name, item.statement, by, reason)
    proof = Proof(
        "waiver",
        plan.path,
        name,
        statement_hash(item.statement),
        by,
        now(),
        reason,
        commit=context.repository.head().commit or "",
    )
    return _give(context, plan, item, event, proof)


def _give(context: Context, plan: Plan, item: MustHave, event: Data, proof: Proof) -> Given:
    record = next(
        (
            each
            for each in open_runs(context.repository)
            if each.card.plan_path == plan.path and not each.state.ended
        ),
        None,
    )
    if record is not None:
        return _in_run(context, record, plan, item, event, proof)
    with writing(context, f"{proof.kind} of {plan.id}"):
        return _in_file(context.repository, plan, item, proof)


def _in_run(
    context: Context, record: RunRecord, plan: Plan, item: MustHave, event: Data, proof: Proof
) -> Given:
    with holding(context, record) as run:
        run.log.append(event)
        commit_pause(run)
    return Given(plan.id, item.name, proof.kind, proof.by, None, record.card.run, None)


def _in_file(repository: Repository, plan: Plan, item: MustHave, proof: Proof) -> Given:
    path = _free_name(repository, plan.id, proof.kind)
    data = proof.encode()
    atomic.write(repository.root / path, data, mode=0o644)
    head, commit = repository.head(), None
    if head.commit and head.branch and repository.in_progress() is None:
        subject = subject_line(f"forge({plan.id}): {proof.kind} of {item.name} — {item.statement}")
        text = f"{subject}\n\nForge-Plan: {re.sub(r'[^ -~]', '-', plan.id)}@{plan.sha256[:12]}\n"
        commit = commit_files(repository, {path: data}, text, head.commit, head.branch)
    return Given(plan.id, item.name, proof.kind, proof.by, path, None, commit)


def _free_name(repository: Repository, plan_id: str, kind: ProofKind) -> str:
    while True:
        path = file_name(plan_id, kind, short())
        if not (repository.root / path).exists():
            return path
