"""Events about a step and the runner that does its work."""

from __future__ import annotations

from typing import ClassVar

from msgspec import field

from forge.timeline.event import Event
from forge.timeline.run.event import RunEvent, seconds, shorten, without_empty
from forge.timeline.run.state import RunState, Work


class StepStarted(RunEvent, frozen=True):
    """A step starts; `step_index` counts from 1."""

    type: ClassVar[str] = "step_started"
    heading: ClassVar[bool] = True
    step_index: int
    description: str
    stage: str

    def apply(self, state: RunState, event: Event) -> None:
        step = state.step_of(event.step)
        if step:
            step.status, step.attempt, step.work = "running", event.attempt or 1, Work()
            step.began = step.began or event.seq
            state.forget_rollbacks()

    def progress(self, event: Event, state: RunState) -> str:
        return f"[{self.step_index}/{len(state.steps)}] {self.description} ({self.stage})"

    def activity(self) -> str | None:
        return ""


class StageChanged(RunEvent, frozen=True, rename={"from_": "from"}):
    """The run goes from one stage to another."""

    type: ClassVar[str] = "stage_changed"
    from_: str
    to: str

    def as_data(self) -> dict[str, object]:
        """Return the fields; `from` is a keyword of Python, so the attribute has another name."""
        return {"from": self.from_, "to": self.to}

    def apply(self, state: RunState, event: Event) -> None:
        state.stage = self.to


class RetrievalStarted(RunEvent, frozen=True):
    """The search for context of later steps starts."""

    type: ClassVar[str] = "retrieval_started"
    retrieval_id: str
    query: str

    def apply(self, state: RunState, event: Event) -> None:
        state.retrievals += 1


class RetrievalCompleted(RunEvent, frozen=True):
    """The files that the search found; `paths` holds `{path, blob, why}`."""

    type: ClassVar[str] = "retrieval_completed"
    retrieval_id: str
    result_count: int
    summary: str
    paths: list[dict[str, str]] = field(default_factory=list)

    def apply(self, state: RunState, event: Event) -> None:
        """Add the files to the context of later steps, each path once."""
        listed = {entry["path"] for entry in state.context}
        complete = [entry for entry in self.paths if entry.keys() >= {"path", "why"}]
        state.context += [entry for entry in complete if entry["path"] not in listed]
        state.work_of(event.step).retrieved = True

    def progress(self, event: Event, state: RunState) -> str:
        return f"context: {shorten(self.summary)}"


class RunnerStarted(RunEvent, frozen=True):
    """A runner starts; `command` is its argument vector, `checkpoint_commit` the commit of the
    checkpoint.
    """

    type: ClassVar[str] = "runner_started"
    runner: str
    command: list[str]
    prompt_sha256: str
    checkpoint_commit: str | None

    def apply(self, state: RunState, event: Event) -> None:
        """The state of the step's files is unknown until the runner has finished."""
        work = state.work_of(event.step)
        work.runner, work.runner_name = "started", self.runner
        work.checkpoint_commit = self.checkpoint_commit
        step = state.step_of(event.step)
        if self.checkpoint_commit:
            state.commits.append(self.checkpoint_commit)
            if step:
                step.first_checkpoint = step.first_checkpoint or self.checkpoint_commit

    def progress(self, event: Event, state: RunState) -> str:
        return f"runner {shorten(self.runner)} …"

    def activity(self) -> str | None:
        return self.runner


class RunnerFinished(RunEvent, frozen=True):
    """A runner ended. `ended`: exit, timeout, idle, signal, not_found, person, or result (its own
    output reports a failure).

    `litter` are stray files of the runner that were set aside, the first ones of many;
    `more_litter` is the number of the others. `changed` are paths that were
    uncommitted when it failed, the first ones of many.
    """

    type: ClassVar[str] = "runner_finished"
    review_kind: ClassVar[str] = "runner"
    runner: str
    exit_code: int | None
    duration_ms: int
    session: str | None = None
    ended: str = "exit"
    litter: list[str] = field(default_factory=list)
    more_litter: int = 0
    changed: list[str] = field(default_factory=list)

    def as_data(self) -> dict[str, object]:
        """Return the fields; `more_litter` only if some paths are not listed."""
        return without_empty(super().as_data(), "more_litter")

    def apply(self, state: RunState, event: Event) -> None:
        """A failed runner leaves changes too; the next attempt may resume its session."""
        state.work_of(event.step).runner = (
            "finished" if self.exit_code == 0 and self.ended != "result" else "failed"
        )
        step = state.step_of(event.step)
        if step:
            step.session = self.session
            step.touched.update(self.changed)

    def line(self, event: Event) -> str:
        return f"{self.runner} ended ({self.ended}), status {self.exit_code}"

    def good(self) -> bool | None:
        return self.exit_code == 0

    def progress(self, event: Event, state: RunState) -> str:
        took = seconds(self.duration_ms)
        return f"runner ended: {self.ended}, status {self.exit_code}, {took}"


class RepairAttempted(RunEvent, frozen=True):
    """The runner is asked to fix a failure; `iteration` counts from 1."""

    type: ClassVar[str] = "repair_attempted"
    review_kind: ClassVar[str] = "repair"
    iteration: int
    diagnosis: str

    def apply(self, state: RunState, event: Event) -> None:
        """Start another attempt of the step."""
        step = state.step_of(event.step)
        if step:
            step.repairs, step.diagnosis = self.iteration, self.diagnosis
            step.attempt += 1
            step.work = Work(True, before=step.work.before)

    def line(self, event: Event) -> str:
        return f"repair {self.iteration}: {self.diagnosis[:200]}"

    def progress(self, event: Event, state: RunState) -> str:
        return f"repair {self.iteration}"


class StepCompleted(RunEvent, frozen=True):
    """A step is done and verified."""

    type: ClassVar[str] = "step_completed"
    step_index: int

    def apply(self, state: RunState, event: Event) -> None:
        step = state.step_of(event.step)
        if step:
            step.status, step.done_at = "completed", state.newest_commit


class StepFailed(RunEvent, frozen=True):
    """A step failed for good in this attempt."""

    type: ClassVar[str] = "step_failed"
    kind: str
    error: str


class StepSkipped(RunEvent, frozen=True):
    """A step was left out, or was done before: `carried` names the run that did it, `commits` its
    result commits.
    """

    type: ClassVar[str] = "step_skipped"
    review_kind: ClassVar[str] = "skipped"
    reason: str
    carried: str | None = None
    commits: list[str] = field(default_factory=list)

    def apply(self, state: RunState, event: Event) -> None:
        """A step that was carried over counts as completed."""
        step = state.step_of(event.step)
        if step:
            step.status, step.skip_reason = "completed" if self.carried else "skipped", self.reason
            step.carried_from, step.done_at = self.carried, state.newest_commit
            step.commits += self.commits
            step.began = step.began or event.seq
            state.forget_rollbacks()
            for question in state.questions.values():
                if question.step == step.id and question.decision is None:
                    question.decision = "skipped"

    def line(self, event: Event) -> str:
        return self.reason if self.carried else f"skipped: {self.reason}"

    def progress(self, event: Event, state: RunState) -> str:
        skipped = "" if self.carried else " skipped"
        return f"{event.step}{skipped}: {shorten(self.reason)}"


class StepRetried(RunEvent, frozen=True):
    """A step starts over at `commit`, its checkpoint; `attempt` is the new one, `of_seq` the event
    of the failure.
    """

    type: ClassVar[str] = "step_retried"
    review_kind: ClassVar[str] = "retry"
    attempt: int
    of_seq: int
    commit: str | None = None

    def apply(self, state: RunState, event: Event) -> None:
        """Start the new attempt; open questions of the step become void."""
        step = state.step_of(event.step)
        if step:
            step.attempt = self.attempt
            step.work = Work(retrieved=step.work.retrieved, restore_to=self.commit)
            step.repairs, step.diagnosis = 0, ""
            state.status, state.pause, state.pause_text = "running", "", ""
            for question in state.questions.values():
                if question.step == step.id and question.decision is None:
                    question.decision = "void"

    def line(self, event: Event) -> str:
        return f"attempt {self.attempt}"
