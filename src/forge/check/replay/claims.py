"""What events claim about commits: whose they are, and what they hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct, field

from forge.check.replay.problems import Record, data_of
from forge.timeline.event import Event
from forge.timeline.run import events as ev


class Claim(Struct, frozen=True):
    """A commit that event `seq` names: its trailers, between which events its `Forge-Seq` lies, and
    what it holds.

    `files` are None for a commit that is held against nothing (a checkpoint is held against the log
    instead); `may_hold` are paths that may be in it or not, with any content; `base` is the commit
    that the diff begins at, None for the parent; `by_runner` says that the runner may have made it
    by itself.
    """

    seq: int
    commit: str
    trailers: Mapping[str, str | None]
    least_seq: int
    most_seq: int
    files: Sequence[str] | None = None
    may_hold: Sequence[str] = ()
    sha256: str = ""
    base: str | None = None
    by_runner: bool = False


class _Work(Struct):
    """What of one step, or of what comes behind the last one, the claims are made from."""

    checkpoint: tuple[Event, ev.CheckpointCreated] | None = None
    commit: str | None = None
    proposal: tuple[Event, ev.DiffProposed] | None = None


class _Reader(Struct):
    works: dict[str | None, _Work] = field(default_factory=dict)
    going_back: tuple[Event, ev.RollbackStarted] | None = None

    def read(self, event: Event) -> Iterator[Claim]:
        """Take one event, and yield what it claims."""
        work = self.works.setdefault(event.step, _Work())
        if created := data_of(event, ev.CheckpointCreated):
            work.checkpoint, work.commit, work.proposal = (event, created), None, None
        elif proposed := data_of(event, ev.DiffProposed):
            work.proposal = (event, proposed)
        elif (called := data_of(event, ev.RunnerStarted)) and called.checkpoint_commit:
            work.commit = called.checkpoint_commit
            yield from _checkpoint(event, work)
        elif applied := data_of(event, ev.DiffApplied):
            if applied.commit:
                yield _result(event, applied, applied.commit, work)
            work.proposal = None
        elif going_back := data_of(event, ev.RollbackStarted):
            self.going_back = (event, going_back)
        elif (
            (restored := data_of(event, ev.CheckpointRestored))
            and restored.made
            and self.going_back is not None
        ):
            intent, told = self.going_back
            trailers = {"Forge-Step": told.to, "Forge-Rollback": told.run}
            yield Claim(
                event.seq,
                restored.made,
                trailers,
                intent.seq,
                intent.seq,
                may_hold=told.paths,
                files=(),
            )


def claims(record: Record) -> list[Claim]:
    """Return what a run's events claim about commits, in order."""
    reader = _Reader()
    return [claim for event in record.events for claim in reader.read(event)]


def _trailers(event: Event, checkpoint: str | None) -> dict[str, str | None]:
    return {
        "Forge-Step": event.step,
        "Forge-Attempt": None if event.step is None else str(event.attempt),
        "Forge-Checkpoint": checkpoint,
    }


def _checkpoint(event: Event, work: _Work) -> Iterator[Claim]:
    if work.checkpoint is not None and work.commit is not None:
        intent, created = work.checkpoint
        yield Claim(
            event.seq,
            work.commit,
            _trailers(intent, created.checkpoint_id),
            intent.seq,
            event.seq - 1,
        )


def _result(event: Event, applied: ev.DiffApplied, commit: str, work: _Work) -> Claim:
    """What a verify command changed is committed without a proposal, under the event before."""
    checkpoint = (
        work.checkpoint[1].checkpoint_id
        if work.checkpoint and work.checkpoint[0].attempt == event.attempt
        else None
    )
    trailers = _trailers(event, checkpoint)
    if work.proposal is None:
        return Claim(event.seq, commit, trailers, 1, event.seq - 1)
    told, proposed = work.proposal
    return Claim(
        event.seq,
        commit,
        trailers,
        told.seq,
        told.seq,
        proposed.files_changed,
        applied.hook_changed,
        proposed.diff_sha256,
        work.commit if proposed.runner_commits else None,
        bool(proposed.runner_commits),
    )
