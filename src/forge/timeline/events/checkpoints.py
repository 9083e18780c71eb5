"""Events about checkpoints and diffs. An event never names the commit that holds it: the next one does."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from forge.timeline.event import Data, Event, register
from forge.timeline.state import Proposal, RunState


@register
@dataclass(frozen=True)
class CheckpointCreated(Data):
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
        work.checkpoint_id, work.checkpoint_base, work.checkpoint_seq = self.checkpoint_id, self.base_commit, event.seq


@register
@dataclass(frozen=True)
class CheckpointRestored(Data):
    """The work tree was put back to a checkpoint; `snapshot` holds what was there before."""

    type: ClassVar[str] = "checkpoint_restored"
    commit: str
    reason: str
    snapshot: str | None = None

    def apply(self, state: RunState, event: Event) -> None:
        """Nothing is left to be put back, and what a check had changed is gone with it."""
        work = state.work_of(event.step)
        work.restore_to = None
        work.changed.clear()


@register
@dataclass(frozen=True)
class DiffProposed(Data):
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
        state.commits += self.runner_commits
        step = state.step_of(event.step)
        if step:
            step.commits += self.runner_commits
        state.work_of(event.step).proposal = Proposal(
            self.diff_id, self.diff_sha256, event.seq, self.files_changed, self.risk_level, self.risks, self.risk_kinds,
            self.out_of_scope, self.by_runner,
        )  # fmt: skip


@register
@dataclass(frozen=True)
class DiffApplied(Data):
    """The step's diff is committed; `hook_changed` names the paths that a hook rewrote. No commit where nothing changed."""

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
