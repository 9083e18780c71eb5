"""Events about the commands that verify; `check` counts a step's checks from 1."""

from __future__ import annotations

from typing import ClassVar

from msgspec import field

from forge.timeline.event import Data, Event, register
from forge.timeline.run.state import CheckState, RunState


@register
class TestStarted(Data, frozen=True):
    """A command is about to run; `phase` is `before` for a TDD step's test before the step's
    work.
    """

    __test__: ClassVar[bool] = False
    type: ClassVar[str] = "test_started"
    command: str
    check: int = 0
    phase: str = ""

    def apply(self, state: RunState, event: Event) -> None:
        """Whether it ran is in doubt until it has completed; it is run again then."""
        work = state.work_of(event.step)
        (work.before if self.phase else work.checks)[self.check] = "started"


@register
class TestCompleted(Data, frozen=True):
    """A command ended. `inconclusive` is set where its status says nothing; `changed` lists paths
    that it changed.
    """

    __test__: ClassVar[bool] = False
    type: ClassVar[str] = "test_completed"
    success: bool
    exit_code: int | None
    duration_ms: int
    changed: list[str] = field(default_factory=list)
    command: str = ""
    check: int = 0
    inconclusive: str = ""
    ended: str = "exit"
    phase: str = ""

    def apply(self, state: RunState, event: Event) -> None:
        """The check is decided, or left to a person."""
        work = state.work_of(event.step)
        outcome: CheckState = "passed" if self.success else "failed"
        (work.before if self.phase else work.checks)[self.check] = (
            "inconclusive" if self.inconclusive else outcome
        )
        if self.changed and not self.phase:
            work.changed[self.check] = self.changed


@register
class TestSkipped(Data, frozen=True):
    """A command was not run, and nothing is proven by it."""

    __test__: ClassVar[bool] = False
    type: ClassVar[str] = "test_skipped"
    command: str
    reason: str
    check: int = 0

    def apply(self, state: RunState, event: Event) -> None:
        """The check is passed over, on record."""
        state.work_of(event.step).checks[self.check] = "skipped"
        state.not_run.append((event.step, self.command, self.reason))
