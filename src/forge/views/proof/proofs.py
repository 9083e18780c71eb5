"""The proofs of plans, from proof files and from the timelines of runs.

A run is read once, and only if a plan that is asked about is its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from msgspec import Struct

from forge import regular
from forge.git.blob_id import blob_id
from forge.git.repository import Repository
from forge.planning import proof as proofs
from forge.planning.names import moved_plans
from forge.planning.proof import Proof, ProofKind, statement_hash
from forge.records.first_versions import why_proof_altered
from forge.records.lines import RunLine, run_lines
from forge.records.record import RunRecord, all_runs, with_evidence_checked
from forge.timeline.event import Event
from forge.timeline.run import events as ev
from forge.timeline.run.events import RUN_EVENTS


class Altered(NamedTuple):
    """A record that is not what was first committed: the file or folder that holds it, and how it
    differs.
    """

    path: str
    why: str


class RunProofs(NamedTuple):
    """A run: its tracked folder, how its record was altered, and its proofs; then it has none."""

    folder: str
    altered: str
    proofs: list[Proof]


class ProofBook(Struct, frozen=True, dict=True):
    """All proofs of a repository. A record that was altered proves nothing."""

    repository: Repository

    @cached_property
    def _all_files(self) -> list[tuple[Proof, str]]:
        """The proofs in `.planning/proofs/`, each with how it was altered."""
        return [
            (proof, why_proof_altered(self.repository, proof.source, self._bytes(proof.source)))
            for proof in proofs.load_all(self.repository.root)
        ]

    def _bytes(self, path: str) -> bytes | None:
        try:
            return regular.read(self.repository.root / path)
        except OSError:
            return None

    @cached_property
    def files(self) -> list[Proof]:
        """The proofs in `.planning/proofs/` that were not altered."""
        return [proof for proof, altered in self._all_files if not altered]

    @cached_property
    def _lines(self) -> list[RunLine]:
        return [line for line in run_lines(self.repository) if not line.unreadable]

    @cached_property
    def _read(self) -> dict[str, RunProofs]:
        """The runs that were read so far, by id; those with a damaged timeline are left out."""
        return {}

    def _runs(self, fits: Callable[[str, str], bool]) -> list[RunProofs]:
        """Return the runs of one plan, and read those that were not read yet."""
        runs = [line.run for line in self._lines if fits(line.card_path, line.plan_blob)]
        if missing := [run for run in runs if run not in self._read]:
            for record in all_runs(self.repository, among=missing):
                if record.reading.valid:
                    self._read[record.card.run] = self._proofs_of(record)
        return [self._read[run] for run in runs if run in self._read]

    def _proofs_of(self, record: RunRecord) -> RunProofs:
        card = record.card
        if altered := with_evidence_checked(self.repository, record).altered:
            return RunProofs(card.folder, altered, [])
        return RunProofs(card.folder, "", list(of_events(card.plan_path, record.reading.events)))

    def of(self, path: str, data: bytes, is_plan: Callable[[str], bool]) -> list[Proof]:
        """Return every proof of the plan of these bytes at a path, before a move too.

        A moved plan names its former paths, and a run knows it by its blob. Otherwise a proof of a
        path without a plan belongs to the plan with the same folder and file name. `is_plan`
        returns whether there is a plan at a path.
        """
        fits = self._fits(path, data, is_plan)
        fitting = [proof for proof in self.files if fits(proof.plan_path, "")]
        for run in self._runs(fits):
            fitting += run.proofs
        return fitting

    def altered(self, path: str, data: bytes, is_plan: Callable[[str], bool]) -> list[Altered]:
        """Return the altered records of a plan; see `of` for the parameters."""
        fits = self._fits(path, data, is_plan)
        found = [
            Altered(proof.source, why)
            for proof, why in self._all_files
            if why and fits(proof.plan_path, "")
        ]
        found += [Altered(run.folder, run.altered) for run in self._runs(fits) if run.altered]
        return found

    def _fits(
        self, path: str, data: bytes, is_plan: Callable[[str], bool]
    ) -> Callable[[str, str], bool]:
        """Return whether a record that names a plan's path, and a blob, is of one plan."""
        blob = blob_id(data) if self._lines else ""
        former = frozenset(moved_plans.formerly(path, data))

        def is_same_plan(other: str, other_blob: str) -> bool:
            if other == path or (other_blob and other_blob == blob):
                return True
            moved = other in former or moved_plans.tail(other) == moved_plans.tail(path)
            return moved and not is_plan(other)

        return is_same_plan


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
