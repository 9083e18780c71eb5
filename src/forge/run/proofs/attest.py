"""`forge attest` and `forge waive`: an event in the plan's open run, else a proof file."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

from forge.check.secrets.scrub import scrub
from forge.errors import UsageError
from forge.git.commits.identity import identity
from forge.git.objects.tree import WorkTree, tree_without_planning
from forge.git.repository import Repository
from forge.planning.plan.must_haves import MustHave
from forge.planning.plan.plan import Plan
from forge.planning.plan.scope import leaves
from forge.planning.plan.shell import proves_nothing
from forge.planning.proof import Proof, statement_hash
from forge.records.record import open_runs
from forge.run.engine.context import Context
from forge.run.engine.executor import commit_pause
from forge.run.engine.session import holding, writing
from forge.run.proofs import proof_files
from forge.text.command_line import forge_command
from forge.text.path_list import cut
from forge.timeline.event import Data
from forge.timeline.ids import now
from forge.timeline.run import events as ev


@dataclass(frozen=True)
class GivenProof:
    """An attestation or waiver; it is either in a `run` or in a file at `path`."""

    plan: str
    must_have: str
    kind: str
    by: str
    path: str | None
    run: str | None
    commit: str | None

    def as_data(self) -> dict[str, object]:
        return {
            "plan": self.plan,
            "must_have": self.must_have,
            "kind": self.kind,
            "by": self.by,
            "path": self.path,
            "run": self.run,
            "commit": self.commit,
            "next": [
                forge_command("resume", self.run)
                if self.run
                else forge_command("verify", self.plan)
            ],
        }

    def describe(self) -> str:
        """Return it as one line of text."""
        committed = f" ({self.commit[:10]})" if self.commit else ", not committed"
        place = f"in run {self.run}" if self.run else f"in {self.path}{committed}"
        return f"{self.must_have} of {self.plan}: {self.kind} by {self.by}, {place}"


def find_must_have(plan: Plan, name: str) -> MustHave:
    """Return the must-have that `KIND:N` names. Raises UsageError, which lists all of them."""
    for item in plan.must_haves:
        if item.name == name:
            return item
    listed = [f"{item.name}  {item.statement}" for item in plan.must_haves] or ["(none)"]
    raise UsageError(
        [f"{plan.id} has no must-have `{name}`; it has:", *cut(listed)],
        "name one as KIND:N, as in truth:2",
    )


def attest(context: Context, plan: Plan, name: str, evidence: list[str], note: str) -> GivenProof:
    """Record the user's attestation of a truth.

    Raises UsageError if a command decides the truth, or evidence does not exist.
    """
    item = find_must_have(plan, name)
    if item.kind != "truth":
        raise UsageError(
            f"{name} is decided by the tree, not by attestation",
            "fix it, or `forge waive` it with a reason",
        )
    if item.command and not proves_nothing(item.command):
        raise UsageError(
            f"{name} has a command, which decides it: {item.command}",
            "have it run (the plan has to be approved), or `forge waive` it with a reason",
            [forge_command("verify", plan.id, options=["--run"])],
        )
    tree = WorkTree(context.repository)
    named = [_evidence_entry(context.repository, tree, path) for path in evidence]
    commit = context.repository.head().commit or ""
    by, note = identity(context.repository), scrub(note)[0]
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
    return _record(context, plan, item, event, proof)


def _evidence_entry(repository: Repository, tree: WorkTree, path: str) -> dict[str, str | None]:
    relative = path
    with contextlib.suppress(ValueError):
        relative = repository.relative(repository.root / path)
    if leaves(relative) or tree.entry(relative).kind != "file":
        raise UsageError(
            f"the evidence {path} is not a file of this repository",
            "name a file inside the repository",
        )
    return {"path": relative, "blob": tree.blob(relative)}


def waive(context: Context, plan: Plan, name: str, reason: str) -> GivenProof:
    """Record that the user waives a must-have. Raises UsageError without a reason."""
    if not reason.strip():
        raise UsageError("a waiver needs a reason", "give it with --reason TEXT")
    item = find_must_have(plan, name)
    by, reason = identity(context.repository), scrub(reason)[0]
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
    return _record(context, plan, item, event, proof)


def _record(context: Context, plan: Plan, item: MustHave, event: Data, proof: Proof) -> GivenProof:
    for record in open_runs(context.repository):
        if record.card.plan_path == plan.path and not record.state.ended:
            with holding(context, record) as run:
                run.log.append(event)
                commit_pause(run)
            return GivenProof(plan.id, item.name, proof.kind, proof.by, None, record.card.run, None)
    with writing(context, f"{proof.kind} of {plan.id}"):
        return _write_file(context.repository, plan, item, proof)


def _write_file(repository: Repository, plan: Plan, item: MustHave, proof: Proof) -> GivenProof:
    path = proof_files.free_path(repository, plan.id, proof.kind)
    files = {path: proof.encode()}
    head = repository.head().commit if repository.in_progress() is None else None
    summary = f"{proof.kind} of {item.name} — {item.statement}"
    verb = "waive" if proof.kind == "waiver" else "attest"
    commit = proof_files.keep(repository, verb, plan, files, summary, head)
    return GivenProof(plan.id, item.name, proof.kind, proof.by, path, None, commit)
