"""Events about a step and the runner that does its work."""

from __future__ import annotations

from typing import ClassVar

from msgspec import field

from forge.timeline.event import Data, Event, register
from forge.timeline.run.state import RunState, StepState, Work


def _step(state: RunState, event: Event) -> StepState | None:
    return state.step_of(event.step)


@register
class StepStarted(Data, frozen=True):
    """A step begins; `step_index` counts from 1."""

    type: ClassVar[str] = "step_started"
    step_index: int
    description: str
    stage: str

    def apply(self, state: RunState, event: Event) -> None:
        """The step is under way, in its first attempt."""
        step = _step(state, event)
        if step:
            step.status, step.attempt, step.work = "running", event.attempt or 1, Work()
            step.began = step.began or event.seq
            state.forget_rollbacks()


@register
class StageChanged(Data, frozen=True, rename={"from_": "from"}):
    """The run goes from one kind of work to another."""

    type: ClassVar[str] = "stage_changed"
    from_: str
    to: str

    def as_data(self) -> dict[str, object]:
        """`from` is a word of the language, so the field has another name."""
        return {"from": self.from_, "to": self.to}

    def apply(self, state: RunState, event: Event) -> None:
        """The stage is the new one."""
        state.stage = self.to


@register
class RetrievalStarted(Data, frozen=True):
    """Context for later steps is being gathered."""

    type: ClassVar[str] = "retrieval_started"
    retrieval_id: str
    query: str

    def apply(self, state: RunState, event: Event) -> None:
        """One more retrieval."""
        state.retrievals += 1


@register
class RetrievalCompleted(Data, frozen=True):
    """What was found: `paths` holds `{path, blob, why}`."""

    type: ClassVar[str] = "retrieval_completed"
    retrieval_id: str
    result_count: int
    summary: str
    paths: list[dict[str, str]] = field(default_factory=list)

    def apply(self, state: RunState, event: Event) -> None:
        """Later steps are given what was found."""
        known = {entry["path"] for entry in state.context}
        whole = [entry for entry in self.paths if entry.keys() >= {"path", "why"}]
        state.context += [entry for entry in whole if entry["path"] not in known]
        state.work_of(event.step).retrieved = True


@register
class RunnerStarted(Data, frozen=True):
    """A runner is called; `command` is its argument vector, `checkpoint_commit` the commit that
    holds the checkpoint.
    """

    type: ClassVar[str] = "runner_started"
    runner: str
    command: list[str]
    prompt_sha256: str
    checkpoint_commit: str | None

    def apply(self, state: RunState, event: Event) -> None:
        """The step is in doubt until the runner has finished."""
        work = state.work_of(event.step)
        work.runner, work.runner_name, work.checkpoint_commit = (
            "started",
            self.runner,
            self.checkpoint_commit,
        )
        step = _step(state, event)
        if self.checkpoint_commit:
            state.commits.append(self.checkpoint_commit)
            if step:
                step.first_checkpoint = step.first_checkpoint or self.checkpoint_commit


@register
class RunnerFinished(Data, frozen=True):
    """A runner ended; `ended` says how: exit, timeout, idle, signal, not_found, person, or result
    (it said that it failed).

    `litter` are the files that it left behind and that were set aside.
    """

    type: ClassVar[str] = "runner_finished"
    runner: str
    exit_code: int | None
    duration_ms: int
    session: str | None = None
    ended: str = "exit"
    litter: list[str] = field(default_factory=list)

    def apply(self, state: RunState, event: Event) -> None:
        """Its work lies in the tree; a failed one's does too. The next attempt may go on with its
        session.
        """
        state.work_of(event.step).runner = (
            "finished" if self.exit_code == 0 and self.ended != "result" else "failed"
        )
        step = _step(state, event)
        if step:
            step.session = self.session


@register
class RepairAttempted(Data, frozen=True):
    """A failure is given to the runner to mend; `iteration` counts from 1."""

    type: ClassVar[str] = "repair_attempted"
    iteration: int
    diagnosis: str

    def apply(self, state: RunState, event: Event) -> None:
        """A further attempt of the step begins."""
        step = _step(state, event)
        if step:
            step.repairs, step.attempt, step.work = (
                self.iteration,
                step.attempt + 1,
                Work(True, before=step.work.before),
            )
            step.diagnosis = self.diagnosis


@register
class StepCompleted(Data, frozen=True):
    """A step did what it was to do."""

    type: ClassVar[str] = "step_completed"
    step_index: int

    def apply(self, state: RunState, event: Event) -> None:
        """The run moves on."""
        step = _step(state, event)
        if step:
            step.status, step.done_at = "completed", state.newest_commit


@register
class StepFailed(Data, frozen=True):
    """A step failed for good in this attempt."""

    type: ClassVar[str] = "step_failed"
    kind: str
    error: str


@register
class StepSkipped(Data, frozen=True):
    """A step was left out, or done already: `carried` names the run that did it, `commits` its
    result commits.
    """

    type: ClassVar[str] = "step_skipped"
    reason: str
    carried: str | None = None
    commits: list[str] = field(default_factory=list)

    def apply(self, state: RunState, event: Event) -> None:
        """The run moves on without it; a carried step counts as completed."""
        step = _step(state, event)
        if step:
            step.status, step.skip_reason = "completed" if self.carried else "skipped", self.reason
            step.carried_from, step.done_at = self.carried, state.newest_commit
            step.commits += self.commits
            step.began = step.began or event.seq
            state.forget_rollbacks()
            for question in state.questions.values():
                if question.step == step.id and question.decision is None:
                    question.decision = "skipped"


@register
class StepRetried(Data, frozen=True):
    """A step starts over at `commit`, its checkpoint; `attempt` is the new one, `of_seq` the event
    that it answers.
    """

    type: ClassVar[str] = "step_retried"
    attempt: int
    of_seq: int
    commit: str | None = None

    def apply(self, state: RunState, event: Event) -> None:
        """The step is in a new attempt and its open questions are void."""
        step = _step(state, event)
        if step:
            step.attempt, step.work = (
                self.attempt,
                Work(retrieved=step.work.retrieved, restore_to=self.commit),
            )
            step.repairs, step.diagnosis = 0, ""
            state.status, state.pause, state.pause_text = "running", "", ""
            for question in state.questions.values():
                if question.step == step.id and question.decision is None:
                    question.decision = "void"
