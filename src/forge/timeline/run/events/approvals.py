"""Events about what a person was asked and what they answered."""

from __future__ import annotations

import re
from typing import ClassVar

from msgspec import field

from forge.timeline.event import Data, Event, register
from forge.timeline.run.state import CheckState, Question, RunState


@register
class ApprovalRequested(Data, frozen=True):
    """A person is asked. `kind`: plan, diff, command, scope, human_verify, decision or
    human_action.
    """

    type: ClassVar[str] = "approval_requested"
    approval_id: str
    kind: str
    subject_sha256: str
    about: str = ""
    text: str = ""
    options: list[dict[str, str]] = field(default_factory=list)

    def apply(self, state: RunState, event: Event) -> None:
        """The run waits for the answer."""
        question = Question(
            self.approval_id, self.kind, self.about, self.text, event.step, self.options
        )
        state.questions[self.approval_id] = question
        state.work_of(event.step).answers[self.about] = question


@register
class ApprovalResolved(Data, frozen=True):
    """The answer. `decision`: approved, denied or edit_requested; `scope`: once or always."""

    type: ClassVar[str] = "approval_resolved"
    approval_id: str
    decision: str
    scope: str = "once"
    reason: str = ""
    kind: str = ""
    subject_sha256: str = ""
    option: str | None = None

    def apply(self, state: RunState, event: Event) -> None:
        """The question is settled; the approval of the plan itself settles none."""
        question = state.questions.get(self.approval_id)
        if question is not None:
            question.decision, question.option = self.decision, self.option
            check = re.fullmatch(r"check:([0-9]{1,9})", question.about)
            if check:
                outcome: CheckState = "approved" if self.decision == "approved" else "denied"
                state.work_of(question.step).checks[int(check[1])] = outcome
