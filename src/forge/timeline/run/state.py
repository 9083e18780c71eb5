"""The state of a run. It is folded from the events each time; no other copy is stored."""

from __future__ import annotations

import copy
import re
from typing import Literal

from msgspec import Struct, field

Status = Literal["pending", "running", "paused", "completed", "failed", "stopped"]
FINAL: frozenset[Status] = frozenset(("completed", "failed", "stopped"))
StepStatus = Literal["pending", "running", "completed", "skipped"]
RunnerState = Literal["", "started", "finished", "failed"]
CheckState = Literal["started", "passed", "failed", "skipped", "inconclusive", "approved", "denied"]


LEAVE = "leave"
"""The option that leaves the files of a question as they are, uncommitted."""

PUT_BACK = "put-back"
"""The option that puts the files of a question back as they were."""

_ABOUT_CHANGED = re.compile("changed:([0-9]{1,9})")


class Question(Struct):
    """A question to the user; `about` is what the answer decides (`diff:d-1`, `found:d-2`, `step`,
    `nothing`, `check:2`, `changed:2`), `seq` the event that asked.

    `subject_sha256` identifies what it is about. For a question about files, the commit `kept` has
    them as they were when it was asked, its parent `base` what they are compared with, and `head`
    is the commit that HEAD was at. `withdrawn` is why it no longer holds; `put_back` says that its
    files were.
    """

    id: str
    kind: str
    about: str
    text: str
    step: str | None
    options: list[dict[str, str]] = field(default_factory=list)
    decision: str | None = None
    option: str | None = None
    seq: int = 0
    subject_sha256: str = ""
    base: str = ""
    kept: str = ""
    head: str = ""
    withdrawn: str = ""
    put_back: bool = False

    def option_ids(self, answer: str) -> list[str]:
        """Return the options that go with `approve` or `reject`; those of a decision go with
        both.
        """
        return [option["id"] for option in self.options if option.get("answer", answer) == answer]


class Changed(Struct):
    """What a command changed in the work tree: some of the paths, and the commit `kept`, whose
    parent `base` has the tree as it was before the command; `seq` is the event that says so.
    """

    paths: list[str]
    count: int = 0
    base: str = ""
    kept: str = ""
    seq: int = 0


class Proposal(Struct):
    """A step's diff with its risk, and the seq of the event that proposed it."""

    id: str
    sha256: str
    seq: int
    files: list[str]
    risk: str
    reasons: list[str]
    kinds: list[str]
    out_of_scope: list[str]
    by_runner: bool
    found: bool = False
    kept: str = ""
    """The commit that has all files, if `files` lists only some."""


class Failure(Struct):
    """A failure, with the end of the output that shows it."""

    kind: str
    error: str


class Work(Struct):
    """What has happened in the current attempt of a step, or after the last step.

    `user_repaired`: the user changed the tree since the failure. `settled`: the runner's own
    changes were committed before that. `before` holds the results of a TDD step's tests before its
    work. `found` are changes that neither the runner nor a command made.
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
    user_repaired: bool = False
    settled: bool = False
    before: dict[int, CheckState] = field(default_factory=dict)
    checks: dict[int, CheckState] = field(default_factory=dict)
    changed: dict[int, Changed] = field(default_factory=dict)
    found: Proposal | None = None
    answers: dict[str, Question] = field(default_factory=dict)
    failure: Failure | None = None
    restore_to: str | None = None

    def settle(self, about: str) -> bool:
        """Record that nothing is left to do about what was found (`found…`), or about what a
        command changed (`changed:N`); return whether `about` is one of them.
        """
        changed = _ABOUT_CHANGED.fullmatch(about)
        if about.partition(":")[0] == "found":
            self.found = None
        elif changed is not None:
            self.changed.pop(int(changed[1]), None)
        else:
            return False
        return True

    def is_to_be_put_back(self, about: str) -> bool:
        """Return whether the user wants the files of a question put back, and they are not yet."""
        question = self.answers.get(about)
        return (
            question is not None
            and question.decision == "denied"
            and question.option == PUT_BACK
            and not question.put_back
        )

    def answer(self, about: str) -> str | None:
        """Return the decision on a question of this attempt: None if it was not asked, `open` if it
        has no answer yet.
        """
        question = self.answers.get(about)
        return None if question is None else question.decision or "open"


class RollbackState(Struct):
    """A rollback, or the undo of one (`kind`), as event `seq` announced it; `of_seq` is the
    rollback that is undone.

    It reverts the commits of `run` from step `to` on (None: all of them), so that the tree is as at
    `commit` again. `loose` are uncommitted paths of the step under way, which `snapshot` holds;
    the commit `loose_kept` has them if they are not all listed. `left` are steps that other runs
    did; `made` is the resulting commit, if there was anything to commit.
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
    loose_kept: str = ""
    made: str | None = None


class StepState(Struct):
    """One step of a run; `began` is the seq of its first event, 0 before that.

    `carried_from` names the earlier run that did it, if one did; `done_at` is the newest commit of
    this run when the step was completed. `touched` are paths that its runners and commands
    changed.
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
    touched: set[str] = field(default_factory=set)


class RunState(Struct):
    """The state of a run after some of its events.

    What the user's hooks did: `without_trailers` are commits of the run whose message they
    replaced, `hook_commits` commits that they made, `by_hooks` a line for each
    commit in which they changed something, `swept` paths that they committed although they were
    uncommitted when the run started, by commit.
    `left` are the commits that keep what the user chose to leave uncommitted.
    """

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
    without_trailers: list[str] = field(default_factory=list)
    hook_commits: list[str] = field(default_factory=list)
    by_hooks: list[str] = field(default_factory=list)
    swept: dict[str, list[str]] = field(default_factory=dict)
    swept_cut: list[str] = field(default_factory=list)
    not_run: list[tuple[str | None, str, str]] = field(default_factory=list)
    options: dict[str, object] = field(default_factory=dict)
    adopted_by: list[str] = field(default_factory=list)
    dirty: list[str] = field(default_factory=list)
    more_dirty: int = 0
    dirty_commit: str = ""
    left: list[str] = field(default_factory=list)
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
        """The current step; None after the last one."""
        return next((step for step in self.steps if step.status in ("pending", "running")), None)

    @property
    def work(self) -> Work:
        """The work of the current step, or the closing work after the last one."""
        return self.step.work if self.step else self.closing

    @property
    def waiting(self) -> Question | None:
        """The open question, if there is one."""
        if self.ended or self.rollback is not None:
            return None
        return next(
            (question for question in self.questions.values() if question.decision is None), None
        )

    @property
    def newest_commit(self) -> str | None:
        """The newest commit that an event of the run names, else the one that it started from."""
        return self.commits[-1] if self.commits else self.base_commit

    @property
    def completed_steps(self) -> int:
        """The number of completed steps; skipped ones do not count."""
        return sum(step.status == "completed" for step in self.steps)

    def step_of(self, step_id: str | None) -> StepState | None:
        for step in self.steps:  # a plain loop: this runs for each event of a log
            if step.id == step_id:
                return step
        return None

    def work_of(self, step_id: str | None) -> Work:
        """Return the work of a step; for None the closing work after the last step."""
        step = self.step_of(step_id)
        return step.work if step else self.closing

    def roll_back(self, rollback: RollbackState) -> None:
        """Record a rollback that was done: its step and all later ones are pending again.

        Steps that were carried over belong to another run and stay completed.
        """
        earlier, self.state_before_rollback = self.state_before_rollback, None
        before = copy.deepcopy(self)
        before.state_before_rollback, self.state_before_rollback = earlier, before
        self.rollbacks.append(rollback)
        first = self.step_of(rollback.to)
        if self.steps:
            self._reset_steps_from(first.number if first else 1)

    def _reset_steps_from(self, number: int) -> None:
        reset = {
            step.id for step in self.steps if step.number >= number and step.carried_from is None
        }
        for at, step in enumerate(self.steps):
            if step.id in reset:
                attempt = step.attempt + 1 if step.attempt else 0
                self.steps[at] = StepState(
                    step.id, step.number, step.name, step.stage, attempt=attempt
                )
        for question in self.questions.values():
            if question.decision is None and (question.step is None or question.step in reset):
                question.decision = "void"
        self.closing, self.truths = Work(), {}
        self.counts, self.verdicts, self.verdict = None, [], None
        self.not_run = [
            entry for entry in self.not_run if entry[0] is not None and entry[0] not in reset
        ]

    def undo_rollback(self) -> None:
        """Record that the latest rollback was undone: return to the state before it."""
        before = self.state_before_rollback
        made = ("commits", "without_trailers", "hook_commits", "swept", "swept_cut")
        kept = ("run", "status", *made, "last_seq", "last_type")
        if before is not None:
            for name in self.__struct_fields__:
                if name not in kept:
                    setattr(self, name, getattr(before, name))

    def forget_rollbacks(self) -> None:
        """Record that a step started: earlier rollbacks can no longer be undone."""
        self.rollbacks, self.state_before_rollback = [], None
