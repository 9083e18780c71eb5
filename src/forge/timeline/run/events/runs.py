"""Events about the run as a whole."""

from __future__ import annotations

from typing import ClassVar

from msgspec import field

from forge.text.plural import amount
from forge.timeline.event import Event
from forge.timeline.run.event import RunEvent, shorten
from forge.timeline.run.state import Failure, RunState, Work

_MOST_NOTES = 8  # lines about a plan, at the start of its run


class MissionStarted(RunEvent, frozen=True):
    """Event 1 of every run: its goal, its limits, and the commit that it starts from."""

    type: ClassVar[str] = "mission_started"
    heading: ClassVar[bool] = True
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
        state.status = "running"
        state.started_at, state.options = event.ts, self.options
        state.base_commit = self.base_commit

    def progress(self, event: Event, state: RunState) -> list[str]:
        lines = [f"run {event.run}: {amount(self.steps_count, 'step')}"]
        for title, notes in (
            ("to be noted", self.findings),
            ("to set up by hand first", self.user_setup),
        ):
            lines += [f"  {title}: {shorten(note)}" for note in notes[:_MOST_NOTES]]
            if len(notes) > _MOST_NOTES:
                lines.append(f"  {title}: {len(notes) - _MOST_NOTES} more, see `forge validate`")
        return lines


class FailureDetected(RunEvent, frozen=True):
    """Something failed; the run does not go on by itself, except for a repair."""

    type: ClassVar[str] = "failure_detected"
    review_kind: ClassVar[str] = "failure"
    kind: str
    error: str

    def apply(self, state: RunState, event: Event) -> None:
        state.work_of(event.step).failure = Failure(self.kind, self.error)

    def line(self, event: Event) -> str:
        return f"{self.kind}: {self.error}"

    def good(self) -> bool | None:
        return False

    def progress(self, event: Event, state: RunState) -> str:
        return f"failed ({self.kind})"


class ExecutionPaused(RunEvent, frozen=True):
    """The process ends while the run stays open.

    `reason`: failure, approval, manual, requested, head_moved, interrupted or storage. `changed`
    are paths that an interrupted runner had changed: the first 200.
    """

    type: ClassVar[str] = "execution_paused"
    review_kind: ClassVar[str] = "pause"
    reason: str
    text: str = ""
    changed: list[str] = field(default_factory=list)

    def apply(self, state: RunState, event: Event) -> None:
        state.status, state.pause, state.pause_text = "paused", self.reason, self.text
        if (step := state.step_of(event.step)) is not None:
            step.touched.update(self.changed)

    def line(self, event: Event) -> str:
        return f"{self.reason}: {self.text}"


class ExecutionResumed(RunEvent, frozen=True):
    """The run goes on; `accept` takes the tree as it is for the step's work."""

    type: ClassVar[str] = "execution_resumed"
    review_kind: ClassVar[str] = "resumed"
    resuming_from: str | None
    accept: bool = False

    def apply(self, state: RunState, event: Event) -> None:
        """After a failure the step's work is taken from the tree and verified again."""
        state.status, state.pause, state.pause_text = "running", "", ""
        work = state.work_of(self.resuming_from)
        if not self.accept or work.failure is None:
            return
        accepted = _accepted(work)
        step = state.step_of(self.resuming_from)
        if step:
            step.work = accepted
        else:
            state.closing = accepted

    def line(self, event: Event) -> str:
        where = f" at {self.resuming_from}" if self.resuming_from else ""
        return f"resumed{where}" + (", the tree accepted as it is" if self.accept else "")


def _accepted(work: Work) -> Work:
    """Return the state of work that the user repaired: as if the runner had finished it."""
    accepted = Work(
        work.retrieved,
        work.checkpoint_id,
        work.checkpoint_base,
        work.checkpoint_seq,
        work.checkpoint_commit,
        runner="finished" if work.runner in ("failed", "started") else work.runner,
        runner_name=work.runner_name,
        user_repaired=True,
        settled=work.applied or work.settled,
    )
    approval = work.answers.get("step")
    if approval is not None and approval.decision == "approved":
        accepted.answers["step"] = approval
    return accepted


class ExecutionStopped(RunEvent, frozen=True):
    """The user ended the run. `snapshot` keeps what was uncommitted; `snapshot_problem` says why
    there is none, or why it has files as they lie in the tree.
    """

    type: ClassVar[str] = "execution_stopped"
    review_kind: ClassVar[str] = "stopped"
    reason: str
    snapshot: str | None = None
    snapshot_problem: str = ""

    def as_data(self) -> dict[str, object]:
        """Return the fields; `snapshot_problem` only if there was one."""
        data = super().as_data()
        if not self.snapshot_problem:
            del data["snapshot_problem"]
        return data

    def line(self, event: Event) -> str:
        stopped = f"stopped: {self.reason}" if self.reason else "stopped"
        return f"{stopped} ({self.snapshot_problem})" if self.snapshot_problem else stopped


class RunInterrupted(RunEvent, frozen=True):
    """The process that held the run died; the next one records it."""

    type: ClassVar[str] = "run_interrupted"
    review_kind: ClassVar[str] = "interrupted"
    last_seq: int

    def line(self, event: Event) -> str:
        return f"interrupted after event {self.last_seq}"


class RunRecovered(RunEvent, frozen=True):
    """How an interruption is handled: `restore` a step in doubt to `commit`, `wait` for the user,
    or `continue`.

    `index` means that the index was gone or damaged, and was rebuilt from HEAD.
    """

    type: ClassVar[str] = "run_recovered"
    review_kind: ClassVar[str] = "recovered"
    action: str
    commit: str | None = None

    def apply(self, state: RunState, event: Event) -> None:
        """The run goes on; a step that was restored starts over."""
        state.status, state.pause, state.pause_text = "running", "", ""
        step = state.step_of(event.step)
        if self.action == "restore" and step is not None:
            step.work = Work(retrieved=step.work.retrieved, restore_to=self.commit)
            step.attempt += 1

    def line(self, event: Event) -> str:
        commit = f" {self.commit[:10]}" if self.commit else ""
        return f"recovered: {self.action}{commit}"

    def progress(self, event: Event, state: RunState) -> str:
        if self.action != "index":
            return ""
        return "the index was gone or damaged, and was rebuilt from HEAD"


class RunAdopted(RunEvent, frozen=True):
    """A run of the clone `from_clone` goes on in the clone `clone`.

    What was granted in the first clone holds there only: options of the start, and answers that
    were not acted on yet. A diff that was proposed is judged anew.
    """

    type: ClassVar[str] = "run_adopted"
    review_kind: ClassVar[str] = "adopted"
    from_clone: str
    clone: str = ""

    def apply(self, state: RunState, event: Event) -> None:
        state.adopted_by.append(self.clone)
        work = state.work
        work.answers = {
            about: question for about, question in work.answers.items() if question.decision is None
        }
        work.checks = {
            number: outcome
            for number, outcome in work.checks.items()
            if outcome not in ("approved", "denied")
        }
        if not work.applied:
            work.proposal = None
        state.options = {
            name: value
            for name, value in state.options.items()
            if name not in ("approve", "approved")
        }

    def line(self, event: Event) -> str:
        return f"adopted from the clone {self.from_clone}"


class Final(RunEvent, frozen=True):
    """The last event of every run that ended."""

    type: ClassVar[str] = "final"
    status: str
    completed_steps: int
    total_steps: int
    verdict: str | None = None

    def apply(self, state: RunState, event: Event) -> None:
        state.status = self.status  # type: ignore[assignment]
        state.verdict, state.finished_at = self.verdict, event.ts
