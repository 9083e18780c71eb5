"""Events about the run as a whole."""

from __future__ import annotations

from typing import ClassVar

from msgspec import field

from forge.timeline.event import Data, Event, register
from forge.timeline.run.state import Failure, RunState, Work


@register
class MissionStarted(Data, frozen=True):
    """Event 1 of every run: what it is to do, and from where."""

    type: ClassVar[str] = "mission_started"
    goal: str
    steps_count: int
    scope_contract: dict[str, object]
    plan_sha256: str
    base_commit: str
    prior_run: str | None = None
    options: dict[str, object] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)
    user_setup: list[str] = field(default_factory=list)

    def apply(self, state: RunState, event: Event) -> None:
        """The run is under way."""
        state.status = "running"
        state.started_at, state.options, state.base_commit = (
            event.ts,
            self.options,
            self.base_commit,
        )


@register
class FailureDetected(Data, frozen=True):
    """Something failed; nothing goes on by itself behind it but a repair."""

    type: ClassVar[str] = "failure_detected"
    kind: str
    error: str

    def apply(self, state: RunState, event: Event) -> None:
        """The work under way has failed."""
        state.work_of(event.step).failure = Failure(self.kind, self.error)


@register
class ExecutionPaused(Data, frozen=True):
    """Forge gives up the process. `reason`: failure, approval, manual, requested, head_moved,
    interrupted or storage.
    """

    type: ClassVar[str] = "execution_paused"
    reason: str
    text: str = ""

    def apply(self, state: RunState, event: Event) -> None:
        """The run waits for somebody."""
        state.status, state.pause, state.pause_text = "paused", self.reason, self.text


@register
class ExecutionResumed(Data, frozen=True):
    """Forge goes on; `accept` says that the tree as it lies is taken as the step's work."""

    type: ClassVar[str] = "execution_resumed"
    resuming_from: str | None
    accept: bool = False

    def apply(self, state: RunState, event: Event) -> None:
        """The run is under way again; behind a failure the step's work is taken from the tree and
        verified anew.
        """
        state.status, state.pause, state.pause_text = "running", "", ""
        work = state.work_of(self.resuming_from)
        if self.accept and work.failure is not None:
            runner = "finished" if work.runner in ("failed", "started") else work.runner
            fresh = Work(
                work.retrieved,
                work.checkpoint_id,
                work.checkpoint_base,
                work.checkpoint_seq,
                work.checkpoint_commit,
                runner=runner,
                runner_name=work.runner_name,
                mending=True,
                taken=work.applied or work.taken,
            )
            answered = work.answers.get("step")
            if answered is not None and answered.decision == "approved":
                fresh.answers["step"] = answered
            step = state.step_of(self.resuming_from)
            if step:
                step.work = fresh
            else:
                state.closing = fresh


@register
class ExecutionStopped(Data, frozen=True):
    """A person ended the run."""

    type: ClassVar[str] = "execution_stopped"
    reason: str
    snapshot: str | None = None


@register
class RunInterrupted(Data, frozen=True):
    """The process that held the run died; noticed by the one that goes on."""

    type: ClassVar[str] = "run_interrupted"
    last_seq: int


@register
class RunRecovered(Data, frozen=True):
    """What is done about an interruption: `restore` a step in doubt to `commit`, `wait` for a
    person, or `continue`.

    `index` says that the index was gone or damaged, and was built again from HEAD.
    """

    type: ClassVar[str] = "run_recovered"
    action: str
    commit: str | None = None

    def apply(self, state: RunState, event: Event) -> None:
        """The run is under way; a step that was put back starts over."""
        state.status, state.pause, state.pause_text = "running", "", ""
        step = state.step_of(event.step)
        if self.action == "restore" and step is not None:
            step.work = Work(retrieved=step.work.retrieved, restore_to=self.commit)
            step.attempt += 1


@register
class RunAdopted(Data, frozen=True):
    """A run of the clone `from_clone` goes on in the clone `clone`."""

    type: ClassVar[str] = "run_adopted"
    from_clone: str
    clone: str = ""

    def apply(self, state: RunState, event: Event) -> None:
        """The run lives in another clone; what it was told to accept at its start was told in the
        first one.
        """
        state.adopted_by.append(self.clone)
        state.options = {
            name: value
            for name, value in state.options.items()
            if name not in ("approve", "approved")
        }


@register
class Final(Data, frozen=True):
    """The last event of every run that ended."""

    type: ClassVar[str] = "final"
    status: str
    completed_steps: int
    total_steps: int
    verdict: str | None = None

    def apply(self, state: RunState, event: Event) -> None:
        """The run is over."""
        state.status = self.status  # type: ignore[assignment]
        state.verdict = self.verdict
        state.finished_at = event.ts
