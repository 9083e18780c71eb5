"""All that backs the must-haves of plans: proof files, and what runs recorded; read once for all of
them.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
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
    """Every proof of a repository: the files of its work tree, and the timelines of its runs."""

    repository: Repository

    @cached_property
    def files(self) -> list[Proof]:
        """The proofs under `.planning/proofs/`."""
        return list(proofs.load_all(self.repository.root))

    @cached_property
    def runs(self) -> list[tuple[RunRecord, list[Proof]]]:
        """The runs whose timelines hold together, each with what it proves."""
        sound = (record for record in all_runs(self.repository) if record.reading.valid)
        return [
            (record, list(of_events(record.card.plan_path, record.reading.events)))
            for record in sound
        ]

    def of(self, path: str, data: bytes, is_plan: Callable[[str], bool]) -> list[Proof]:
        """Return every proof of the plan of these bytes at a path, wherever it lay when they were
        given.

        A plan that was moved says where it lay, or a run finds it by its blob; else a proof of a
        plan that is no more where it was belongs to the plan of the same folder and file name.
        `is_plan` says whether a plan is at a path.
        """
        blob = blob_id(data) if self.runs else ""
        before = frozenset(moved_plans.formerly(path, data))
        found = [
            proof for proof in self.files if _speaks_of(proof.plan_path, path, before, is_plan)
        ]
        for record, given in self.runs:
            if record.card.plan_blob == blob or _speaks_of(
                record.card.plan_path, path, before, is_plan
            ):
                found += given
        return found


def _speaks_of(
    there: str, here: str, before: Container[str], is_plan: Callable[[str], bool]
) -> bool:
    return there == here or (
        (there in before or moved_plans.tail(there) == moved_plans.tail(here))
        and not is_plan(there)
    )


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
