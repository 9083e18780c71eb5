"""Checks commits that events name: their trailers and files are those that the events say."""

from __future__ import annotations

from forge.check.replay.claims import Claim
from forge.check.replay.history import History, seq_of
from forge.git.commits.changes import changes_sha256
from forge.git.objects.commit import Commit
from forge.git.objects.store import Change
from forge.git.restore.subject import entries_sha256


def check_claim(history: History, claim: Claim) -> None:
    """Check one commit that an event names; a commit that does not exist is reported elsewhere."""
    commit = history.commit(claim.commit)
    if commit is None:
        return
    of_this_run = commit.trailers.get("Forge-Run") == history.record.card.run
    if of_this_run:
        _check_trailers(history, claim, commit)
    elif not (claim.by_runner or claim.without_trailers):
        history.report.add_problem(
            claim.seq, f"the commit {commit.id[:12]} does not carry the trailers of this run"
        )
        return
    if claim.files is not None:
        _check_files(history, claim, commit)


def _check_trailers(history: History, claim: Claim, commit: Commit) -> None:
    for name, value in claim.trailers.items():
        if commit.trailers.get(name) != value:
            history.report.add_problem(
                claim.seq, f"{name} of {commit.id[:12]} is {commit.trailers.get(name)}, not {value}"
            )
    seq = seq_of(commit)
    if not claim.least_seq <= seq <= claim.most_seq:
        expected = (
            f"{claim.least_seq}"
            if claim.least_seq == claim.most_seq
            else f"{claim.least_seq} to {claim.most_seq}"
        )
        history.report.add_problem(
            claim.seq, f"Forge-Seq of {commit.id[:12]} is {seq}, not {expected}"
        )


def _check_files(history: History, claim: Claim, commit: Commit) -> None:
    base = claim.base or (commit.parents[0] if commit.parents else "")
    if history.store.root(base) is None:
        history.report_missing(claim.seq, f"the parent of {commit.id[:12]}")
        return
    record = history.record.card.folder + "/"
    changes = [
        change for change in history.changes(base, commit.id) if not change[0].startswith(record)
    ]
    if claim.more_files:
        _compare_all(history, claim, commit.id[:12], changes)
        return
    _compare_paths(history, claim, commit.id[:12], {change[0] for change in changes})
    _compare_content(history, claim, commit.id[:12], changes)
    _compare_entries(history, claim, commit.id[:12], changes)


def _compare_all(history: History, claim: Claim, commit: str, changes: list[Change]) -> None:
    """Compare a diff of which the record lists some paths: its hash is of all of them."""
    if claim.entries_sha256:
        same = entries_sha256((path, after) for path, _, after in changes) == claim.entries_sha256
        if not same and len(changes) < claim.count:
            message = f"the commit {commit} holds {len(changes)} of {claim.count} paths asked about"
            history.report.add_unchecked(claim.seq, f"{message}; they are not compared")
        elif not same:
            history.report.add_problem(
                claim.seq, f"the commit {commit} holds other paths or content than are on record"
            )
    elif claim.may_hold:
        message = f"the record lists only some paths of the commit {commit}; they are not compared"
        history.report.add_unchecked(claim.seq, message)
    elif changes_sha256(changes) != claim.sha256:
        history.report.add_problem(
            claim.seq, f"the commit {commit} holds another diff than {claim.sha256[:12]}"
        )


def _compare_paths(history: History, claim: Claim, commit: str, held: set[str]) -> None:
    claimed, allowed = set(claim.files or ()), set(claim.may_hold)
    for path in sorted(held - claimed - allowed):
        history.report.add_problem(
            claim.seq, f"the commit {commit} also holds {path}, which no diff names"
        )
    for path in sorted(claimed - held - allowed):
        history.report.add_problem(
            claim.seq, f"the commit {commit} does not hold {path}, which the diff names"
        )


def _compare_content(history: History, claim: Claim, commit: str, changes: list[Change]) -> None:
    if (
        not claim.sha256
        or claim.may_hold
        or {change[0] for change in changes} != set(claim.files or ())
    ):
        return
    if changes_sha256(changes) != claim.sha256:
        history.report.add_problem(
            claim.seq, f"the commit {commit} holds another diff than {claim.sha256[:12]}"
        )


def _compare_entries(history: History, claim: Claim, commit: str, changes: list[Change]) -> None:
    """Check the content of a commit against what its question listed; a path that was committed as
    it was before is in the question alone.
    """
    if not claim.entries_sha256 or {change[0] for change in changes} != set(claim.may_hold):
        return
    if entries_sha256((path, after) for path, _, after in changes) != claim.entries_sha256:
        history.report.add_problem(
            claim.seq, f"the commit {commit} holds other content than was asked about"
        )
