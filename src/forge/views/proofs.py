"""All that backs the must-haves of a plan: proof files, and what runs recorded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from forge.git.repository import Repository
from forge.planning import proof as proofs
from forge.planning.plan import Plan
from forge.planning.proof import Proof, statement_hash
from forge.timeline.event import Event
from forge.views.runs import all_runs


def proofs_of(repository: Repository, plan: Plan) -> list[Proof]:
    """Return every proof of a plan, from `.planning/proofs/` and from the timelines of its runs."""
    found = [proof for proof in proofs.load_all(repository.root) if proof.plan_path == plan.path]
    for record in all_runs(repository):
        if record.card.plan_path == plan.path and record.reading.valid:
            found += of_events(plan.path, record.reading.events)
    return found


def of_events(plan_path: str, events: Iterable[Event]) -> Iterator[Proof]:
    """Yield what a run's events prove or waive."""
    for event in events:
        if event.type in ("truth_proven", "truth_failed", "truth_attested", "truth_waived"):
            yield _proof(plan_path, event)


def _proof(plan_path: str, event: Event) -> Proof:
    data = event.data
    kinds: dict[str, proofs.ProofKind] = {"truth_attested": "attestation", "truth_waived": "waiver"}
    failed = str(data.get("reason") or "it failed") if event.type == "truth_failed" else ""
    return Proof(
        kinds.get(event.type, "command"), plan_path, str(data.get("name") or f"truth:{data.get('truth')}"),
        statement_hash(str(data.get("statement", ""))), str(data.get("by") or event.actor), event.ts,
        failed or str(data.get("reason", "")), str(data["command"]) if data.get("command") else None,
        list(data.get("evidence", [])),  # type: ignore[call-overload]
        str(data.get("tree", "")), str(data.get("commit", "")), dict(data.get("blobs", {})),  # type: ignore[call-overload]
        f"{event.run}#{event.seq}",
    )  # fmt: skip
