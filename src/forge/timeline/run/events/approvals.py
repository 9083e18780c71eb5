"""Events about questions to the user and the answers."""

from __future__ import annotations

import re
from typing import ClassVar

from msgspec import field

from forge.timeline.event import Event
from forge.timeline.run.event import RunEvent, shorten
from forge.timeline.run.state import LEAVE, CheckState, Question, RunState

_ABOUT_CHECK = re.compile(r"check:([0-9]{1,9})")


class ApprovalRequested(RunEvent, frozen=True):
    """The user is asked. `kind`: plan, diff, command, scope, human_verify, decision or
    human_action.

    A question about files lists `count` paths, of which `paths` are the first; the commit `kept`
    has all of them as they were when it was asked, its parent `base` what they are compared with;
    `head` is the commit that HEAD was at.
    """

    type: ClassVar[str] = "approval_requested"
    approval_id: str
    kind: str
    subject_sha256: str
    about: str = ""
    text: str = ""
    options: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    count: int = 0
    base: str = ""
    kept: str = ""
    head: str = ""

    def apply(self, state: RunState, event: Event) -> None:
        question = Question(
            self.approval_id,
            self.kind,
            self.about,
            self.text,
            event.step,
            self.options,
            seq=event.seq,
            subject_sha256=self.subject_sha256,
            base=self.base,
            kept=self.kept,
            head=self.head,
        )
        state.questions[self.approval_id] = question
        state.work_of(event.step).answers[self.about] = question

    def progress(self, event: Event, state: RunState) -> str:
        return f"asks: {self.kind}"


class ApprovalResolved(RunEvent, frozen=True):
    """The answer. `decision`: approved, denied or edit_requested; `scope`: once or always.

    `subject_sha256` is that of the question: the answer is about nothing else.
    """

    type: ClassVar[str] = "approval_resolved"
    review_kind: ClassVar[str] = "answer"
    approval_id: str
    decision: str
    scope: str = "once"
    reason: str = ""
    kind: str = ""
    subject_sha256: str = ""
    option: str | None = None

    def apply(self, state: RunState, event: Event) -> None:
        """Settle the question. The approval of the plan itself has no question in the state."""
        question = state.questions.get(self.approval_id)
        if question is None:
            return
        question.decision, question.option = self.decision, self.option
        work = state.work_of(question.step)
        check = _ABOUT_CHECK.fullmatch(question.about)
        if check:
            outcome: CheckState = "approved" if self.decision == "approved" else "denied"
            work.checks[int(check[1])] = outcome
        if self.option == LEAVE and question.kept and work.settle(question.about):
            state.left.append(question.kept)

    def line(self, event: Event) -> str:
        parts = [f"{self.kind or self.approval_id} {self.decision} by {event.actor}"]
        parts += [f"option {self.option}"] if self.option else []
        parts += [self.reason] if self.reason else []
        return "; ".join(parts)

    def good(self) -> bool | None:
        return self.decision == "approved"

    def progress(self, event: Event, state: RunState) -> str:
        return f"answered: {self.decision}"


class ToolDenied(RunEvent, frozen=True):
    """A program of the run tried what only the user may do, or did it without forge.

    `tool`: a forge command, `approvals` or `settings`; `reason`: `not_the_user`, or what happened;
    `process`: the number of the process, 0 if it is unknown.
    """

    type: ClassVar[str] = "tool_denied"
    review_kind: ClassVar[str] = "failure"
    tool: str
    reason: str
    process: int = 0

    def line(self, event: Event) -> str:
        return f"denied: {self.tool}, {self.reason}"

    def good(self) -> bool | None:
        return False

    def progress(self, event: Event, state: RunState) -> str:
        return f"denied: {self.tool}"


class ApprovalWithdrawn(RunEvent, frozen=True):
    """A question no longer holds, nor does its answer: the files that it lists changed since.

    `gone`: none of its files is uncommitted any more, so it is not asked anew.
    """

    type: ClassVar[str] = "approval_withdrawn"
    review_kind: ClassVar[str] = "withdrawn"
    approval_id: str
    reason: str
    gone: bool = False

    def apply(self, state: RunState, event: Event) -> None:
        """Forget the answer. A diff is proposed again; what a command changed is asked anew."""
        question = state.questions.get(self.approval_id)
        if question is None:
            return
        question.decision, question.withdrawn = "withdrawn", self.reason
        work = state.work_of(question.step)
        if work.answers.get(question.about) is question:
            del work.answers[question.about]
        kind = question.about.partition(":")[0]
        if kind == "diff":
            work.proposal = None
        elif kind == "found" or self.gone:
            work.settle(question.about)

    def line(self, event: Event) -> str:
        return f"{self.approval_id} withdrawn: {self.reason}"

    def progress(self, event: Event, state: RunState) -> str:
        return f"the question is withdrawn: {shorten(self.reason)}"
