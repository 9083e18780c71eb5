"""Checks the commits of a run: they exist, in order, and hold what the events say."""

from __future__ import annotations

import hashlib

from forge.check.replay.claimed_commits import check_claim
from forge.check.replay.claims import claims, named_commits
from forge.check.replay.history import History
from forge.check.replay.record import Record, Report
from forge.check.replay.record_commits import check_record_commits, check_versions
from forge.errors import ForgeError
from forge.git.objects.commit import blob_data, is_ancestor, tip_containing
from forge.git.repository import Repository


def check_commits(repository: Repository, record: Record, report: Report) -> None:
    """Report every plan, commit, tree and committed record that is not what the events say."""
    history = History(repository, record, report, repository.lacks_history())
    _check_plan(history)
    tip = _check_order(history)
    if tip is not None:
        check_versions(history, tip)
        check_record_commits(history, tip)
    for claim in claims(record):
        check_claim(history, claim)


def _check_plan(history: History) -> None:
    """Check that the card names the blob of the approved plan, and that the plan was at its path
    when the run started.
    """
    card = history.record.card
    try:
        data = blob_data(history.repository, card.plan_blob)
    except (ForgeError, ValueError):
        history.report_missing(1, f"the plan's text {card.plan_blob[:12]}")
        return
    if hashlib.sha256(data).hexdigest() != card.plan_sha256:
        history.report.add_problem(
            1,
            f"the plan's blob {card.plan_blob[:12]} is not the text of plan_sha256"
            f" {card.plan_sha256[:12]}",
        )
    root = history.store.root(card.base_commit)
    if card.kind != "execute" or root is None:
        return
    entry = history.store.entry(root, card.plan_path)
    if not history.store.can_read_entry(root, card.plan_path):
        history.report_missing(
            1, f"a folder of {card.plan_path} at the commit the run started from"
        )
    elif entry is None or entry[1] != card.plan_blob:
        history.report.add_problem(1, f"{card.plan_path} had another text when the run started")


def _check_order(history: History) -> str | None:
    """Check that each commit descends from the one named before it; return a tip that contains them
    all.
    """
    newest = history.record.card.base_commit
    if history.commit(newest) is None:
        history.report_missing(1, f"the commit {newest[:12]} that the run started from")
    seq, checked = 1, set[str]()
    for seq, oid in named_commits(history.record):
        if oid in checked:
            continue
        checked.add(oid)
        if history.commit(oid) is None:
            history.report_missing(seq, f"the commit {oid[:12]}")
            continue
        _check_descent(history, seq, newest, oid)
        newest = oid
    return _tip(history, seq, newest)


def _check_descent(history: History, seq: int, before: str, oid: str) -> None:
    if history.commit(before) is None:
        return
    if not is_ancestor(history.repository, before, oid):
        add = history.report.add_unchecked if history.incomplete else history.report.add_problem
        add(
            seq,
            f"the commit {oid[:12]} does not descend from {before[:12]}, which was named before it",
        )


def _tip(history: History, seq: int, newest: str) -> str | None:
    """Return HEAD or another ref that contains the newest commit; report it if none does."""
    if history.commit(newest) is None:
        return None
    head = history.repository.head().commit
    if head is not None and is_ancestor(history.repository, newest, head):
        return head
    tip = tip_containing(history.repository, newest)
    if tip is None:
        history.report.add_problem(
            seq, f"the commit {newest[:12]} is on no branch and in no tag: history was rewritten"
        )
    return tip
