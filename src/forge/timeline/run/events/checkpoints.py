"""Events about checkpoints and diffs. An event never names the commit that holds it: the next one
does.
"""

from __future__ import annotations

from typing import ClassVar

from msgspec import field

from forge.timeline.event import Data, Event, register
from forge.timeline.run.state import Proposal, RollbackState, RunState


@register
class CheckpointCreated(Data, frozen=True):
    """The intent of a checkpoint; its commit carries the same id as a trailer."""

    type: ClassVar[str] = "checkpoint_created"
    checkpoint_id: str
    base_commit: str
    description: str
    scope: list[str] = field(default_factory=list)

    def apply(self, state: RunState, event: Event) -> None:
        """The step has a place to go back to."""
        state.checkpoints += 1
        work = state.work_of(event.step)
        work.checkpoint_id, work.checkpoint_base, work.checkpoint_seq = (
            self.checkpoint_id,
            self.base_commit,
            event.seq,
        )


@register
class RollbackStarted(Data, frozen=True):
    """The intent of a rollback, or of the undo of one (`kind`): `paths` are put back as before step
    `to` of `run`, at `commit`.

    `snapshot` holds what lay in the tree; `loose` are uncommitted paths of the step under way; an
    undo names the event of the rollback as `of_seq`. `left` are steps that the run carried over,
    each with the run that did it: they stay done.
    """

    type: ClassVar[str] = "rollback_started"
    kind: str
    run: str
    to: str | None
    base_commit: str
    commit: str
    snapshot: str
    paths: list[str] = field(default_factory=list)
    loose: list[str] = field(default_factory=list)
    of_seq: int = 0
    left: list[dict[str, str]] = field(default_factory=list)

    def apply(self, state: RunState, event: Event) -> None:
        """Until the tree is put back nothing else is done."""
        state.status = "running"
        state.rollback = RollbackState(
            self.kind,
            self.run,
            self.to,
            event.seq,
            self.of_seq,
            self.commit,
            self.snapshot,
            self.loose,
            self.left,
        )


@register
class DirtyCaptured(Data, frozen=True):
    """What lies uncommitted in the tree and is not the run's business; `commit` holds it as it
    is.
    """

    type: ClassVar[str] = "dirty_captured"
    commit: str
    paths: list[str]

    def apply(self, state: RunState, event: Event) -> None:
        """The run leaves these paths alone."""
        state.dirty_commit, state.dirty = self.commit, self.paths


@register
class CheckpointRestored(Data, frozen=True):
    """The work tree was put back to a checkpoint; `snapshot` holds what was there before.

    `made` is the commit of a rollback, where there was something to commit.
    """

    type: ClassVar[str] = "checkpoint_restored"
    commit: str
    reason: str
    snapshot: str | None = None
    made: str | None = None

    def as_data(self) -> dict[str, object]:
        """`made` is told of rollbacks alone."""
        data = super().as_data()
        return (
            data
            if self.made is not None
            else {key: value for key, value in data.items() if key != "made"}
        )

    def apply(self, state: RunState, event: Event) -> None:
        """Nothing is left to be put back, and what a check had changed is gone with it."""
        going, state.rollback = state.rollback, None
        if going is not None:
            going.made = self.made
            if going.kind == "undo" and state.state_before_rollback is not None:
                state.undo_rollback()
            else:
                state.roll_back(going)
            state.commits += [self.made] if self.made else []
            if (
                state.steps
            ):  # an open run stands still where a person wanted it, whatever became of the process
                state.status, state.pause = (
                    "paused",
                    "rolled_back" if going.kind == "rollback" else state.pause or "requested",
                )
            return
        work = state.work_of(event.step)
        work.restore_to = None
        work.changed.clear()


@register
class DiffProposed(Data, frozen=True):
    """What a step changed, judged; `diff_sha256` identifies it by status, mode, object and path."""

    type: ClassVar[str] = "diff_proposed"
    diff_id: str
    diff_sha256: str
    summary: str
    risk_level: str
    files_changed: list[str]
    out_of_scope: list[str]
    risks: list[str] = field(default_factory=list)
    risk_kinds: list[str] = field(default_factory=list)
    by_runner: bool = True
    runner_commits: list[str] = field(default_factory=list)

    def apply(self, state: RunState, event: Event) -> None:
        """The step has a diff to be approved and committed."""
        state.diffs += 1
        step = state.step_of(event.step)
        for known in (state.commits, step.commits if step else []):
            known += [
                commit for commit in self.runner_commits if commit not in known
            ]  # a diff proposed anew names them again
        state.work_of(event.step).proposal = Proposal(
            self.diff_id,
            self.diff_sha256,
            event.seq,
            self.files_changed,
            self.risk_level,
            self.risks,
            self.risk_kinds,
            self.out_of_scope,
            self.by_runner,
        )


@register
class DiffApplied(Data, frozen=True):
    """The step's diff is committed; `hook_changed` names the paths that a hook rewrote. No commit
    where nothing changed.
    """

    type: ClassVar[str] = "diff_applied"
    commit: str | None
    hook_changed: list[str] = field(default_factory=list)

    def apply(self, state: RunState, event: Event) -> None:
        """The step's work is in the history."""
        work = state.work_of(event.step)
        work.applied, work.commit = True, self.commit
        work.changed.clear()
        step = state.step_of(event.step)
        if self.commit:
            if self.commit not in state.commits:
                state.commits.append(self.commit)
            if step and self.commit not in step.commits:
                step.commits.append(self.commit)
