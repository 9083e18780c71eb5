"""What a run's events add up to. State is folded from the events each time; nothing keeps a second
copy.
"""

from __future__ import annotations

import copy
from typing import Literal

from msgspec import Struct, field

Status = Literal["pending", "running", "paused", "completed", "failed", "stopped"]
FINAL: frozenset[Status] = frozenset(("completed", "failed", "stopped"))
StepStatus = Literal["pending", "running", "completed", "skipped"]
RunnerState = Literal["", "started", "finished", "failed"]
CheckState = Literal["started", "passed", "failed", "skipped", "inconclusive", "approved", "denied"]


class Question(Struct):
    """Something that a person is asked; `about` says what it decides (`diff`, `step`, `nothing`,
    `check:2`, `changed:2`).
    """

    id: str
    kind: str
    about: str
    text: str
    step: str | None
    options: list[dict[str, str]] = field(default_factory=list)
    decision: str | None = None
    option: str | None = None


class Proposal(Struct):
    """A step's diff as it was judged, and the seq of the event that proposed it."""

    id: str
    sha256: str
    seq: int
    files: list[str]
    risk: str
    reasons: list[str]
    kinds: list[str]
    out_of_scope: list[str]
    by_runner: bool


class Failure(Struct):
    """What went wrong, with the end of the output that shows it."""

    kind: str
    error: str


class Work(Struct):
    """What has happened in the current attempt of a step, or behind the last step.

    `mending` says that a person was at work since it failed, `taken` that the runner's own changes
    were settled before; `before` holds how the tests of a TDD step ended before its work.
    """

    retrieved: bool = False
    checkpoint_id: str | None = None
    checkpoint_base: str | None = None
    checkpoint_seq: int = 0
    checkpoint_commit: str | None = None
    runner: RunnerState = ""
    runner_name: str = ""
    proposal: Proposal | None = None
    commit: str | None = None
    applied: bool = False
    mending: bool = False
    taken: bool = False
    before: dict[int, CheckState] = field(default_factory=dict)
    checks: dict[int, CheckState] = field(default_factory=dict)
    changed: dict[int, list[str]] = field(default_factory=dict)
    answers: dict[str, Question] = field(default_factory=dict)
    failure: Failure | None = None
    restore_to: str | None = None

    def answer(self, about: str) -> str | None:
        """Return the decision on a question of this attempt: None where it was not asked, `open`
        where it waits.
        """
        asked = self.answers.get(about)
        return None if asked is None else asked.decision or "open"


class RollbackState(Struct):
    """A rollback, or the undo of one (`kind`), as it was announced in event `seq`; `of_seq` is the
    rollback that is undone.

    It takes back what `run` committed from step `to` on, or all of it, so that the tree is as at
    `commit` again. `loose` are uncommitted paths of the step that was under way, which `snapshot`
    holds; `left` are steps that other runs (`run`) did; `made` is the commit that it ended in,
    where there was something to commit.
    """

    kind: str
    run: str
    to: str | None
    seq: int
    of_seq: int
    commit: str
    snapshot: str
    loose: list[str] = field(default_factory=list)
    left: list[dict[str, str]] = field(default_factory=list)
    made: str | None = None


class StepState(Struct):
    """One step of a run; `began` is the seq of the event that it began with, 0 where it has not.

    `carried_from` names the run that did it where that is an earlier one; `done_at` is the newest
    commit of this run when the step was completed.
    """

    id: str
    number: int
    name: str
    stage: str
    status: StepStatus = "pending"
    attempt: int = 0
    began: int = 0
    repairs: int = 0
    diagnosis: str = ""
    work: Work = field(default_factory=Work)
    skip_reason: str = ""
    commits: list[str] = field(default_factory=list)
    first_checkpoint: str | None = None
    carried_from: str | None = None
    done_at: str | None = None
    session: str | None = None


class RunState(Struct):
    """A run as its events tell it."""

    run: str
    steps: list[StepState]
    status: Status = "pending"
    stage: str = ""
    pause: str = ""
    pause_text: str = ""
    questions: dict[str, Question] = field(default_factory=dict)
    checkpoints: int = 0
    diffs: int = 0
    retrievals: int = 0
    closing: Work = field(default_factory=Work)
    truths: dict[int, str] = field(default_factory=dict)
    context: list[dict[str, str]] = field(default_factory=list)
    counts: dict[str, int] | None = None
    verdicts: list[dict[str, object]] = field(default_factory=list)
    verdict: str | None = None
    commits: list[str] = field(default_factory=list)
    not_run: list[tuple[str | None, str, str]] = field(default_factory=list)
    options: dict[str, object] = field(default_factory=dict)
    adopted_by: list[str] = field(default_factory=list)
    dirty: list[str] = field(default_factory=list)
    dirty_commit: str = ""
    base_commit: str | None = None
    started_at: str = ""
    finished_at: str | None = None
    last_seq: int = 0
    last_type: str = ""
    rollback: RollbackState | None = None
    rollbacks: list[RollbackState] = field(default_factory=list)
    state_before_rollback: RunState | None = None

    @property
    def ended(self) -> bool:
        """Whether the run is final."""
        return self.status in FINAL

    @property
    def step(self) -> StepState | None:
        """The step that the run stands at; None behind the last one."""
        return next((step for step in self.steps if step.status in ("pending", "running")), None)

    @property
    def work(self) -> Work:
        """The work under way: that of the current step, or what comes behind the last one."""
        return self.step.work if self.step else self.closing

    @property
    def waiting(self) -> Question | None:
        """The question that the run waits for, if it does."""
        if self.ended or self.rollback is not None:
            return None
        return next(
            (question for question in self.questions.values() if question.decision is None), None
        )

    @property
    def newest_commit(self) -> str | None:
        """The newest commit that the run made and told of, else the one that it began at."""
        return self.commits[-1] if self.commits else self.base_commit

    @property
    def completed_steps(self) -> int:
        """How many steps completed (skipped ones did not)."""
        return sum(step.status == "completed" for step in self.steps)

    def step_of(self, step_id: str | None) -> StepState | None:
        """Return the step of an id."""
        for step in self.steps:  # a plain loop: each event of a log asks
            if step.id == step_id:
                return step
        return None

    def work_of(self, step_id: str | None) -> Work:
        """Return the work of a step, or what comes behind the last step for None."""
        step = self.step_of(step_id)
        return step.work if step else self.closing

    def roll_back(self, going: RollbackState) -> None:
        """Take note that a rollback was done: the steps from its own on are pending again, as if
        they had not begun.

        What was carried over is another run's: it was not taken back.
        """
        earlier, self.state_before_rollback = self.state_before_rollback, None
        kept = copy.deepcopy(self)
        kept.state_before_rollback, self.state_before_rollback = earlier, kept
        self.rollbacks.append(going)
        first = self.step_of(going.to)
        if self.steps:
            self._begin_again(first.number if first else 1)

    def _begin_again(self, number: int) -> None:
        anew = {
            step.id for step in self.steps if step.number >= number and step.carried_from is None
        }
        for at, step in enumerate(self.steps):
            if step.id in anew:
                attempt = step.attempt + 1 if step.attempt else 0
                self.steps[at] = StepState(
                    step.id, step.number, step.name, step.stage, attempt=attempt
                )
        for question in self.questions.values():
            if question.decision is None and (question.step is None or question.step in anew):
                question.decision = "void"
        self.closing, self.truths, self.counts, self.verdicts, self.verdict = (
            Work(),
            {},
            None,
            [],
            None,
        )
        self.not_run = [
            entry for entry in self.not_run if entry[0] is not None and entry[0] not in anew
        ]

    def undo_rollback(self) -> None:
        """Take note that the latest rollback was undone: all is as it was before it."""
        before, kept = (
            self.state_before_rollback,
            ("run", "status", "commits", "last_seq", "last_type"),
        )
        if before is not None:
            for name in self.__struct_fields__:
                if name not in kept:
                    setattr(self, name, getattr(before, name))

    def forget_rollbacks(self) -> None:
        """Take note that a step began: an earlier rollback is not undone any more."""
        self.rollbacks, self.state_before_rollback = [], None
