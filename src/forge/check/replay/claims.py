"""Reads what events claim about commits: their trailers, and which files they hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from forge.check.replay.record import Record, data_of
from forge.timeline.event import Event
from forge.timeline.run import events as ev


class Claim(Struct, frozen=True):
    """A commit that event `seq` names: its trailers, the range of its `Forge-Seq`, its files.

    `files` is None if the files are not checked (those of a checkpoint are checked against the
    log); `entries_sha256` identifies the content of what a commit holds of `may_hold`, if it holds
    all of it; `may_hold` lists paths that it may hold or not, with any content; `base` is the
    commit that the diff starts from, None for the parent; `by_runner` says that the runner may have
    made the commit itself; `without_trailers` that a hook replaced the message.
    """

    seq: int
    commit: str
    trailers: Mapping[str, str | None]
    least_seq: int
    most_seq: int
    files: Sequence[str] | None = None
    may_hold: Sequence[str] = ()
    sha256: str = ""
    entries_sha256: str = ""
    base: str | None = None
    by_runner: bool = False
    without_trailers: bool = False
    more_files: int = 0
    """Paths that are neither in `files` nor in `may_hold`; the hashes are of all of them."""
    count: int = 0
    """The number of paths that a question listed or counted."""


class _StepEvents(Struct):
    """The latest events of one step (or of the time after the last step) that claims need."""

    checkpoint: tuple[Event, ev.CheckpointCreated] | None = None
    commit: str | None = None
    proposal: tuple[Event, ev.DiffProposed] | None = None
    asked: dict[str, ev.ApprovalRequested] = field(default_factory=dict)
    options: dict[str, str | None] = field(default_factory=dict)


class _Reader(Struct):
    steps: dict[str | None, _StepEvents] = field(default_factory=dict)
    rollback: tuple[Event, ev.RollbackStarted] | None = None

    def read(self, event: Event) -> Iterator[Claim]:
        """Process one event and yield the claims that it makes."""
        step = self.steps.setdefault(event.step, _StepEvents())
        if created := data_of(event, ev.CheckpointCreated):
            step.checkpoint, step.commit, step.proposal = (event, created), None, None
        elif proposed := data_of(event, ev.DiffProposed):
            step.proposal = (event, proposed)
        elif asked := data_of(event, ev.ApprovalRequested):
            step.asked[asked.about] = asked
        elif answer := data_of(event, ev.ApprovalResolved):
            step.options[answer.approval_id] = answer.option
        elif (started := data_of(event, ev.RunnerStarted)) and started.checkpoint_commit:
            step.commit = started.checkpoint_commit
            yield from _checkpoint(event, step)
        elif applied := data_of(event, ev.DiffApplied):
            if applied.commit:
                yield _result(event, applied, applied.commit, step)
            step.proposal = None
        elif rollback := data_of(event, ev.RollbackStarted):
            self.rollback = (event, rollback)
        elif (restored := data_of(event, ev.CheckpointRestored)) and restored.made:
            yield from self._restored(event, restored.made)

    def _restored(self, event: Event, commit: str) -> Iterator[Claim]:
        if self.rollback is None:
            return
        intent, rollback = self.rollback
        trailers = {"Forge-Step": rollback.to, "Forge-Rollback": rollback.run}
        yield Claim(
            event.seq,
            commit,
            trailers,
            intent.seq,
            intent.seq,
            files=(),
            may_hold=rollback.paths,
            entries_sha256=rollback.entries_sha256,
            more_files=rollback.more_paths,
        )


def claims(record: Record) -> list[Claim]:
    """Return what a run's events claim about commits, in order."""
    reader = _Reader()
    return [claim for event in record.events for claim in reader.read(event)]


def named_commits(record: Record) -> list[tuple[int, str]]:
    """Return the commits that the run started from or made, each with the seq of its event."""
    commits: list[tuple[int, str]] = []
    for event in record.events:
        if created := data_of(event, ev.CheckpointCreated):
            commits.append((event.seq, created.base_commit))
        elif proposed := data_of(event, ev.DiffProposed):
            commits += [(event.seq, oid) for oid in proposed.runner_commits]
        elif (started := data_of(event, ev.RunnerStarted)) and started.checkpoint_commit:
            commits.append((event.seq, started.checkpoint_commit))
        elif (applied := data_of(event, ev.DiffApplied)) and applied.commit:
            commits.append((event.seq, applied.commit))
        elif rollback := data_of(event, ev.RollbackStarted):
            commits.append((event.seq, rollback.base_commit))
        elif (restored := data_of(event, ev.CheckpointRestored)) and restored.made:
            commits.append((event.seq, restored.made))
    return commits


def _trailers(event: Event, checkpoint: str | None) -> dict[str, str | None]:
    return {
        "Forge-Step": event.step,
        "Forge-Attempt": None if event.step is None else str(event.attempt),
        "Forge-Checkpoint": checkpoint,
    }


def _checkpoint(event: Event, step: _StepEvents) -> Iterator[Claim]:
    if step.checkpoint is not None and step.commit is not None:
        intent, created = step.checkpoint
        trailers = _trailers(intent, created.checkpoint_id)
        yield Claim(event.seq, step.commit, trailers, intent.seq, event.seq - 1)


def _result(event: Event, applied: ev.DiffApplied, commit: str, step: _StepEvents) -> Claim:
    """Return the claim about the commit of an applied diff.

    What a verify command changed is committed without a proposal, as its question listed it.
    """
    checkpoint = (
        step.checkpoint[1].checkpoint_id
        if step.checkpoint and step.checkpoint[0].attempt == event.attempt
        else None
    )
    trailers = _trailers(event, checkpoint)
    further = Claim(
        event.seq, commit, trailers, 1, event.seq - 1, without_trailers=applied.message_changed
    )
    asked = step.asked.get(applied.about)
    if asked is not None and asked.count:
        option = step.options.get(asked.approval_id)
        return _kept(further, applied, asked, option)
    if step.proposal is None or applied.about.startswith("changed:"):
        return further
    intent, proposed = step.proposal
    return Claim(
        event.seq,
        commit,
        trailers,
        intent.seq,
        intent.seq,
        proposed.files_changed,
        applied.hook_changed,
        proposed.diff_sha256,
        base=step.commit if proposed.runner_commits else None,
        by_runner=bool(proposed.runner_commits),
        without_trailers=applied.message_changed,
        more_files=proposed.more_files + applied.more_hook_changed,
    )


def _kept(
    claim: Claim, applied: ev.DiffApplied, asked: ev.ApprovalRequested, option: str | None
) -> Claim:
    """Return the claim about the commit of what a verify command changed: it holds nothing but the
    paths that were listed, with their content if all of them were to be committed.
    """
    keeps_all = option in (None, "keep") and not applied.hook_changed
    more = [".gitignore"] if option == "gitignore" else []
    return replace(
        claim,
        files=(),
        may_hold=[*asked.paths, *applied.hook_changed, *more],
        entries_sha256=asked.subject_sha256 if keeps_all else "",
        more_files=asked.count - len(asked.paths) + applied.more_hook_changed,
        count=asked.count,
    )
