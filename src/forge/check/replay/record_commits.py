"""Checks the commits that hold the run's own record: the card and the timeline as it grew."""

from __future__ import annotations

from collections.abc import Mapping

from forge.check.replay.history import History, seq_of
from forge.check.replay.record import Record
from forge.check.rules.between import runs
from forge.errors import ForgeError
from forge.git.objects.commit import Commit, blob_data, commits_between
from forge.git.objects.store import Change
from forge.records.store import CARD_FILE, LOG_FILE
from forge.timeline.run import events as ev


def check_versions(history: History, tip: str) -> None:
    """Check that every committed version of the timeline is a prefix of the current log."""
    record = history.record
    log = record.log_up_to(len(record.lines))
    try:
        since = (
            ()
            if history.commit(record.card.base_commit) is None
            else (f"^{record.card.base_commit}",)
        )
        path = f"{record.card.folder}/{LOG_FILE}"
        changes = runs.changes(history.repository, path, tip, *since)
    except ForgeError as error:
        history.report.add_unchecked(0, f"the committed versions of the timeline: {error.message}")
        return
    for blob in dict.fromkeys(blob for _, old, new in changes for blob in (old, new) if blob):
        try:
            version = blob_data(history.repository, blob)
        except ForgeError:
            history.report_missing(0, f"the committed timeline {blob[:12]}")
            continue
        if not log.startswith(version):
            history.report.add_problem(*_difference(record, version, blob))
    if any(not new for _, _, new in changes):
        history.report.add_problem(0, "a commit deleted this timeline")


def _difference(record: Record, version: bytes, blob: str) -> tuple[int, str]:
    """Return the seq and a description of the first difference to a committed version."""
    committed = version.split(b"\n")[:-1]
    for seq, (there, here) in enumerate(zip(committed, record.lines, strict=False), 1):
        if there != here:
            return seq, (
                f"a commit holds another line for it (timeline {blob[:12]}): one of the two was"
                " changed"
            )
    count = len(record.lines)
    return count + 1, (
        f"a commit holds {len(committed) - count} more events (timeline {blob[:12]}): they were"
        " removed here"
    )


def check_record_commits(history: History, tip: str) -> None:
    """Check every commit of the run: it is of the same plan, and one that holds the timeline holds
    only forge's own files.
    """
    card = history.record.card
    log = f"{card.folder}/{LOG_FILE}"
    for commit in commits_between(history.repository, card.base_commit, tip):
        if commit.trailers.get("Forge-Run") != card.run:
            continue
        seq, parent = seq_of(commit), commit.parents[0] if commit.parents else ""
        if history.store.root(parent) is None:
            history.report_missing(seq, f"the parent of {commit.id[:12]}")
            continue
        plan = commit.trailers.get("Forge-Plan")
        if plan != f"{card.plan}@{card.plan_sha256[:12]}":
            history.report.add_problem(
                seq, f"the commit {commit.id[:12]} is of another plan: {plan}"
            )
        changed = {change[0]: change for change in history.changes(parent, commit.id)}
        if log in changed:
            _check_record_commit(history, commit, changed)


def _check_record_commit(history: History, commit: Commit, changed: Mapping[str, Change]) -> None:
    """Check that a record commit holds the card as it is and the log up to its `Forge-Seq`."""
    record, seq, name = history.record, seq_of(commit), f"the record commit {commit.id[:12]}"
    for path in changed:
        summary = "Forge-Final" in commit.trailers and path.endswith("SUMMARY.md")
        if not history.is_own_path(path) and not summary:
            history.report.add_problem(seq, f"{name} also holds {path}")
    log = _blob(history, changed[f"{record.card.folder}/{LOG_FILE}"])
    if log is not None and log != record.log_up_to(seq):
        history.report.add_problem(
            seq, f"{name} does not hold the events up to its Forge-Seq {seq}"
        )
    card_change = changed.get(f"{record.card.folder}/{CARD_FILE}")
    card = _blob(history, card_change) if card_change is not None else None
    if card is not None and card != record.card_data:
        history.report.add_problem(seq, f"run.yaml is not what {name} holds")
    _check_final(history, commit, seq)


def _check_final(history: History, commit: Commit, seq: int) -> None:
    trailer = commit.trailers.get("Forge-Final")
    event = next((event for event in history.record.events if event.seq == seq), None)
    status = event.data.get("status") if event is not None and event.type == ev.Final.type else None
    if trailer != status and (trailer or status):
        history.report.add_problem(
            seq,
            f"the record commit {commit.id[:12]} says Forge-Final {trailer}, the events say"
            f" {status}",
        )


def _blob(history: History, change: Change) -> bytes | None:
    """Return the content after a change, empty if it deleted the file; None if it is not here."""
    entry = change[2]
    return history.store.data(entry[1]) if entry is not None else b""
