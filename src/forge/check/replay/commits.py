"""The commits of a run: they are there, in order, and each says and holds what the events say."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from forge.check.replay.claims import Claim, claims
from forge.check.replay.problems import Account, Record, data_of
from forge.check.rules.between import runs
from forge.errors import ForgeError
from forge.git.commits import record_commit
from forge.git.commits.record_commit import Commit
from forge.git.commits.step_commit import identity_of
from forge.git.objects.store import Change, ObjectStore
from forge.git.repository import Repository
from forge.records.card import RUNS
from forge.timeline.run import events as ev

_OWN = (f"{RUNS}/.gitattributes",)


@dataclass
class Ground:
    """A run and the repository that it is held against; `cut` says that history may be missing here
    on purpose.
    """

    repository: Repository
    record: Record
    account: Account
    cut: bool
    store: ObjectStore = field(init=False)

    def __post_init__(self) -> None:
        self.store = ObjectStore(self.repository)

    def missing(self, seq: int, what: str) -> None:
        """Name something that is not here: a problem in a whole clone, not checked in one that
        leaves things out.
        """
        if self.cut:
            self.account.unknown(seq, f"{what} is not in this clone, which leaves out history")
        else:
            self.account.wrong(
                seq,
                f"{what} is not in this repository: history was rewritten, or the branch was not"
                " fetched",
            )

    def commit(self, oid: str) -> Commit | None:
        """Return a commit, None where it is not here."""
        try:
            return record_commit.read(self.repository, oid) if len(oid) == 40 else None
        except ForgeError:
            return None

    def changes(self, old: str, new: str) -> list[Change]:
        """Return what differs between two commits."""
        return list(self.store.changes(self.store.root(old), self.store.root(new)))

    def own(self, path: str) -> bool:
        """Say whether a path belongs to the run's own record."""
        return path.startswith(self.record.card.folder + "/") or path in _OWN


def check_history(repository: Repository, record: Record, account: Account) -> None:
    """Name every plan, commit, tree and committed record that is not what the events say."""
    ground = Ground(repository, record, account, repository.leaves_out_history())
    _check_plan(ground)
    tip = _check_order(ground)
    if tip is not None:
        _check_versions(ground, tip)
        _check_records(ground, tip)
    for claim in claims(record):
        _check_claim(ground, claim)


def _check_plan(ground: Ground) -> None:
    """The plan that was approved is the blob that the card names, and lay at its path where the run
    began.
    """
    card = ground.record.card
    try:
        data = record_commit.blob_data(ground.repository, card.plan_blob)
    except (ForgeError, ValueError):
        ground.missing(1, f"the plan's text {card.plan_blob[:12]}")
        return
    if hashlib.sha256(data).hexdigest() != card.plan_sha256:
        ground.account.wrong(
            1,
            f"the plan's blob {card.plan_blob[:12]} is not the text of plan_sha256"
            f" {card.plan_sha256[:12]}",
        )
    root = ground.store.root(card.base_commit)
    if card.kind != "execute" or root is None:
        return
    entry = ground.store.entry(root, card.plan_path)
    if not ground.store.reaches(root, card.plan_path):
        ground.missing(1, f"a folder of {card.plan_path} at the commit that the run began with")
    elif entry is None or entry[1] != card.plan_blob:
        ground.account.wrong(
            1, f"{card.plan_path} was another text at the commit that the run began with"
        )


def _check_order(ground: Ground) -> str | None:
    """Each commit that the events name descends from the one named before; return a tip whose
    history has them all.
    """
    newest = ground.record.card.base_commit
    if ground.commit(newest) is None:
        ground.missing(1, f"the commit {newest[:12]} that the run began with")
    seq, known = 1, set[str]()
    for seq, oid in _named(ground):
        if oid in known:
            continue
        known.add(oid)
        if ground.commit(oid) is None:
            ground.missing(seq, f"the commit {oid[:12]}")
            continue
        if ground.commit(newest) is not None and not record_commit.is_ancestor(
            ground.repository, newest, oid
        ):
            say = ground.account.unknown if ground.cut else ground.account.wrong
            say(
                seq,
                f"the commit {oid[:12]} does not descend from {newest[:12]}, which was named"
                " before it",
            )
        newest = oid
    if ground.commit(newest) is None:
        return None
    head = ground.repository.head().commit
    if head is not None and record_commit.is_ancestor(ground.repository, newest, head):
        return head
    tip = record_commit.holding_ref(ground.repository, newest)
    if tip is None:
        ground.account.wrong(
            seq, f"the commit {newest[:12]} is on no branch and in no tag: history was rewritten"
        )
    return tip


def _named(ground: Ground) -> list[tuple[int, str]]:
    """Return the commits that the run stood on or made, each with the event that names it."""
    found: list[tuple[int, str]] = []
    for event in ground.record.events:
        if created := data_of(event, ev.CheckpointCreated):
            found.append((event.seq, created.base_commit))
        elif proposed := data_of(event, ev.DiffProposed):
            found += [(event.seq, oid) for oid in proposed.runner_commits]
        elif (called := data_of(event, ev.RunnerStarted)) and called.checkpoint_commit:
            found.append((event.seq, called.checkpoint_commit))
        elif (applied := data_of(event, ev.DiffApplied)) and applied.commit:
            found.append((event.seq, applied.commit))
        elif going_back := data_of(event, ev.RollbackStarted):
            found.append((event.seq, going_back.base_commit))
        elif (restored := data_of(event, ev.CheckpointRestored)) and restored.made:
            found.append((event.seq, restored.made))
    return found


def _check_versions(ground: Ground, tip: str) -> None:
    """Every version of the timeline that a commit holds is the beginning of the log as it is
    now.
    """
    record, whole = ground.record, ground.record.upto(len(ground.record.lines))
    try:
        since = (
            ()
            if ground.commit(record.card.base_commit) is None
            else (f"^{record.card.base_commit}",)
        )
        found = runs.changes(ground.repository, f"{record.card.folder}/timeline.jsonl", tip, *since)
    except ForgeError as error:
        ground.account.unknown(0, f"the committed versions of the timeline: {error.message}")
        return
    for blob in dict.fromkeys(blob for _, old, new in found for blob in (old, new) if blob):
        try:
            version = record_commit.blob_data(ground.repository, blob)
        except ForgeError:
            ground.missing(0, f"the committed timeline {blob[:12]}")
            continue
        if not whole.startswith(version):
            ground.account.wrong(*_difference(record, version, blob))
    if any(not new for _, _, new in found):
        ground.account.wrong(0, "a commit deleted this timeline")


def _difference(record: Record, version: bytes, blob: str) -> tuple[int, str]:
    committed = version.split(b"\n")[:-1]
    for seq, (there, here) in enumerate(zip(committed, record.lines, strict=False), 1):
        if there != here:
            return (
                seq,
                (
                    f"a commit holds another line for it (timeline {blob[:12]}): one of them was"
                    " changed"
                ),
            )
    count = len(record.lines)
    return (
        count + 1,
        (
            f"a commit holds {len(committed) - count} more events (timeline {blob[:12]}): they were"
            " taken out here"
        ),
    )


def _check_records(ground: Ground, tip: str) -> None:
    """Each record commit of the run holds forge's own files only, the card as it is, and the log up
    to its `Forge-Seq`.
    """
    card = ground.record.card
    log, card_path = f"{card.folder}/timeline.jsonl", f"{card.folder}/run.yaml"
    for commit in record_commit.between(ground.repository, card.base_commit, tip):
        if commit.trailers.get("Forge-Run") != card.run:
            continue
        parent = commit.parents[0] if commit.parents else ""
        if ground.store.root(parent) is None:
            ground.missing(_seq_of(commit), f"what {commit.id[:12]} was made on")
            continue
        changed: Mapping[str, Change] = {
            change[0]: change for change in ground.changes(parent, commit.id)
        }
        seq = _seq_of(commit)
        if commit.trailers.get("Forge-Plan") != f"{card.plan}@{card.plan_sha256[:12]}":
            ground.account.wrong(
                seq,
                f"the commit {commit.id[:12]} is of another plan:"
                f" {commit.trailers.get('Forge-Plan')}",
            )
        if log not in changed:
            continue
        for path in changed:
            if not ground.own(path) and not (
                "Forge-Final" in commit.trailers and path.endswith("SUMMARY.md")
            ):
                ground.account.wrong(seq, f"the record commit {commit.id[:12]} also holds {path}")
        held = _blob(ground, changed[log])
        if held is not None and held != ground.record.upto(seq):
            ground.account.wrong(
                seq,
                f"the record commit {commit.id[:12]} does not hold the events up to its Forge-Seq"
                f" {seq}",
            )
        carded = _blob(ground, changed[card_path]) if card_path in changed else None
        if carded is not None and carded != ground.record.card_data:
            ground.account.wrong(
                seq, f"run.yaml is not what the record commit {commit.id[:12]} holds"
            )
        _check_final(ground, commit, seq)


def _check_final(ground: Ground, commit: Commit, seq: int) -> None:
    told = commit.trailers.get("Forge-Final")
    event = next((event for event in ground.record.events if event.seq == seq), None)
    status = event.data.get("status") if event is not None and event.type == ev.Final.type else None
    if told != status and (told or status):
        ground.account.wrong(
            seq,
            f"the record commit {commit.id[:12]} says Forge-Final {told}, the events say {status}",
        )


def _seq_of(commit: Commit) -> int:
    text = commit.trailers.get("Forge-Seq", "")
    return int(text) if text.isdigit() and len(text) < 10 else 0


def _blob(ground: Ground, change: Change) -> bytes | None:
    entry = change[2]
    return ground.store.data(entry[1]) if entry is not None else b""


def _check_claim(ground: Ground, claim: Claim) -> None:
    """One commit that an event names carries the trailers, and holds the files, that the events
    say.
    """
    commit = ground.commit(claim.commit)
    if commit is None:
        return  # named already
    mine = commit.trailers.get("Forge-Run") == ground.record.card.run
    if not mine and not claim.by_runner:
        ground.account.wrong(
            claim.seq, f"the commit {commit.id[:12]} does not carry the trailers of this run"
        )
        return
    for name, value in claim.trailers.items() if mine else ():
        if commit.trailers.get(name) != value:
            ground.account.wrong(
                claim.seq, f"{name} of {commit.id[:12]} is {commit.trailers.get(name)}, not {value}"
            )
    if not claim.least_seq <= (_seq_of(commit) if mine else claim.least_seq) <= claim.most_seq:
        ground.account.wrong(
            claim.seq,
            f"Forge-Seq of {commit.id[:12]} is {_seq_of(commit)}, which is not where it belongs",
        )
    if claim.files is not None:
        _check_files(ground, claim, commit)


def _check_files(ground: Ground, claim: Claim, commit: Commit) -> None:
    base = claim.base or (commit.parents[0] if commit.parents else "")
    if ground.store.root(base) is None:
        ground.missing(claim.seq, f"what {commit.id[:12]} was made on")
        return
    record = ground.record.card.folder + "/"
    changed = [
        change for change in ground.changes(base, commit.id) if not change[0].startswith(record)
    ]
    made, told, allowed = (
        {change[0] for change in changed},
        set(claim.files or ()),
        set(claim.may_hold),
    )
    for path in sorted(made - told - allowed):
        ground.account.wrong(
            claim.seq, f"the commit {commit.id[:12]} also holds {path}, which no diff names"
        )
    for path in sorted(told - made - allowed):
        ground.account.wrong(
            claim.seq, f"the commit {commit.id[:12]} does not hold {path}, which the diff names"
        )
    if claim.sha256 and not allowed and made == told and identity_of(changed) != claim.sha256:
        ground.account.wrong(
            claim.seq, f"the commit {commit.id[:12]} holds another diff than {claim.sha256[:12]}"
        )
