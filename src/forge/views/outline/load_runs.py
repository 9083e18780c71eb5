"""Reads runs into entries of the outline."""

from __future__ import annotations

from forge.errors import GitFailed
from forge.git.objects.store import ObjectStore
from forge.git.repository import Repository
from forge.records.card import RUNS
from forge.records.record import RunRecord, is_adopted_elsewhere, read_run, with_evidence_checked
from forge.records.store import belongs_here, live_folder
from forge.timeline.run.events import RUN_EVENTS, TruthProven
from forge.views.outline.entries import RollbackEntry, RunEntry
from forge.views.runs.next_commands import control_data


def live_run(repository: Repository, name: str) -> RunEntry | None:
    """Return the entry of a live run; None if its folder holds none.

    If another clone adopted it, the entry is that of the tracked copy.
    """
    record = read_run(repository, live_folder(repository, name), live=True)
    if record is None:
        return None
    if is_adopted_elsewhere(repository, record):
        return tracked_run(repository, name)
    return _entry(record, here=belongs_here(repository, record.folder))


def tracked_run(repository: Repository, name: str) -> RunEntry | None:
    """Return the entry of a run from its tracked record; None if the folder holds none."""
    record = read_run(repository, repository.root / RUNS / name, live=False)
    if record is None:
        return None
    record = with_evidence_checked(repository, record)
    entry = _entry(record, here=False)
    if record.verdict == "proven":
        _add_proof_files(repository, record, entry)
    return entry


def _entry(record: RunRecord, *, here: bool) -> RunEntry:
    card, state, data = record.card, record.state, control_data(record)
    return RunEntry(
        card.run,
        card.plan,
        card.plan_path,
        card.kind,
        record.status,
        data["verdict"],  # type: ignore[arg-type]
        record.open,
        here,
        data["waiting_for"],  # type: ignore[arg-type]
        data["next"],  # type: ignore[arg-type]
        state.counts,
        rollbacks=[
            RollbackEntry(rollback.kind, rollback.run, rollback.seq, rollback.of_seq)
            for rollback in state.rollbacks
        ],
        plan_blob=card.plan_blob,
        altered=record.altered,
    )


def _add_proof_files(repository: Repository, record: RunRecord, run: RunEntry) -> None:
    """Add the files that the run's proof depends on: those that its commands were bound to, and
    those that were evidence.
    """
    for event in record.reading.events:
        data = RUN_EVENTS.typed(event)
        if isinstance(data, TruthProven):
            run.bound.update(data.blobs)
    evidence = {path for verdict in record.state.verdicts for path in _evidence_paths(verdict)}
    run.needed.extend(sorted(evidence & _paths(repository, record)))


def _evidence_paths(verdict: dict[str, object]) -> list[str]:
    evidence = verdict.get("evidence")
    entries = evidence if isinstance(evidence, list) else []
    return [str(entry.get("path")) for entry in entries if isinstance(entry, dict)]


def _paths(repository: Repository, record: RunRecord) -> frozenset[str]:
    """Return the files of the run's last commit; none if that commit is not here."""
    store = ObjectStore(repository)
    last = record.state.commits[-1] if record.state.commits else record.card.base_commit
    try:
        root = store.root(store.commit(last))
    except GitFailed:
        return frozenset()
    return frozenset(store.paths(root)) if root else frozenset()
