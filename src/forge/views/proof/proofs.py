"""The proofs of plans, from proof files and from the timelines of runs, read once for all plans."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

from msgspec import Struct

from forge.git.blob_id import blob_id
from forge.git.repository import Repository
from forge.planning import proof as proofs
from forge.planning.names import moved_plans
from forge.planning.proof import Proof, ProofKind, statement_hash
from forge.records.record import RunRecord, all_runs
from forge.timeline.event import Event
from forge.timeline.run import events as ev
from forge.timeline.run.events import RUN_EVENTS


class ProofBook(Struct, frozen=True, dict=True):
    """All proofs of a repository."""

    repository: Repository

    @cached_property
    def files(self) -> list[Proof]:
        """The proofs in `.planning/proofs/`."""
        return list(proofs.load_all(self.repository.root))

    @cached_property
    def runs(self) -> list[tuple[RunRecord, list[Proof]]]:
        """The runs with an undamaged timeline, each with its proofs."""
        return [
            (record, list(of_events(record.card.plan_path, record.reading.events)))
            for record in all_runs(self.repository)
            if record.reading.valid
        ]

    def of(self, path: str, data: bytes, is_plan: Callable[[str], bool]) -> list[Proof]:
        """Return every proof of the plan of these bytes at a path, before a move too.

        A moved plan names its former paths, and a run knows it by its blob. Otherwise a proof of a
        path without a plan belongs to the plan with the same folder and file name. `is_plan`
        returns whether there is a plan at a path.
        """
        blob = blob_id(data) if self.runs else ""
        former = frozenset(moved_plans.formerly(path, data))

        def is_same_plan(other: str) -> bool:
            if other == path:
                return True
            moved = other in former or moved_plans.tail(other) == moved_plans.tail(path)
            return moved and not is_plan(other)

        fitting = [proof for proof in self.files if is_same_plan(proof.plan_path)]
        for record, given in self.runs:
            if record.card.plan_blob == blob or is_same_plan(record.card.plan_path):
                fitting += given
        return fitting


_KINDS: dict[type, ProofKind] = {
    ev.TruthProven: "command",
    ev.TruthFailed: "command",
    ev.TruthAttested: "attestation",
    ev.TruthWaived: "waiver",
}


def of_events(plan_path: str, events: Iterable[Event]) -> Iterator[Proof]:
    """Yield what a run's events prove or waive. Data that does not fit its type proves nothing."""
    for event in events:
        data = RUN_EVENTS.typed(event)
        kind = _KINDS.get(type(data))
        if kind is not None:
            yield _proof(kind, plan_path, event, failed=isinstance(data, ev.TruthFailed))


def _proof(kind: ProofKind, plan_path: str, event: Event, *, failed: bool) -> Proof:
    data = event.data
    return Proof(
        kind,
        plan_path,
        str(data.get("name") or f"truth:{data.get('truth')}"),
        statement_hash(str(data.get("statement", ""))),
        str(data.get("by") or event.actor),
        event.ts,
        str(data.get("reason") or ("it failed" if failed else "")),
        str(data["command"]) if data.get("command") else None,
        list(data.get("evidence", [])),  # type: ignore[call-overload]
        str(data.get("tree", "")),
        str(data.get("commit", "")),
        dict(data.get("blobs", {})),  # type: ignore[call-overload]
        source=f"{event.run}#{event.seq}",
    )
