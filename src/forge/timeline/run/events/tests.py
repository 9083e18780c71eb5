"""Events about the commands that verify; `check` counts a step's checks from 1."""

from __future__ import annotations

from typing import ClassVar

from msgspec import field

from forge.timeline.event import Event
from forge.timeline.run.event import RunEvent, seconds, shorten
from forge.timeline.run.state import Changed, CheckState, RunState


class TestStarted(RunEvent, frozen=True):
    """A command is about to run; `phase` is `before` for a TDD step's test before the step's
    work.
    """

    __test__: ClassVar[bool] = False
    type: ClassVar[str] = "test_started"
    command: str
    check: int = 0
    phase: str = ""

    def apply(self, state: RunState, event: Event) -> None:
        """Until it has completed it may or may not have run; after a crash it runs again."""
        work = state.work_of(event.step)
        (work.before if self.phase else work.checks)[self.check] = "started"

    def activity(self) -> str | None:
        return "verifying"


class TestCompleted(RunEvent, frozen=True):
    """A command ended. `inconclusive` says why its status proves nothing.

    It changed `changed_count` paths, of which `changed` are the first: the commit `kept` has all of
    them, its parent `base` has the tree before the command. `inside` are submodules and other
    repositories in which it left changes, which no commit here can hold.
    """

    __test__: ClassVar[bool] = False
    type: ClassVar[str] = "test_completed"
    review_kind: ClassVar[str] = "check"
    success: bool
    exit_code: int | None
    duration_ms: int
    changed: list[str] = field(default_factory=list)
    command: str = ""
    check: int = 0
    inconclusive: str = ""
    ended: str = "exit"
    phase: str = ""
    changed_count: int = 0
    base: str = ""
    kept: str = ""
    inside: list[str] = field(default_factory=list)

    def apply(self, state: RunState, event: Event) -> None:
        work = state.work_of(event.step)
        outcome: CheckState = "passed" if self.success else "failed"
        (work.before if self.phase else work.checks)[self.check] = (
            "inconclusive" if self.inconclusive else outcome
        )
        if self.changed and not self.phase:
            count = self.changed_count or len(self.changed)
            if (step := state.step_of(event.step)) is not None:
                step.touched.update(self.changed)
            work.changed[self.check] = Changed(self.changed, count, self.base, self.kept, event.seq)

    def line(self, event: Event) -> str:
        inside = f"; left changes inside {', '.join(self.inside)}" if self.inside else ""
        return f"{self.command}: {self._outcome()}{inside}"

    def _outcome(self) -> str:
        if self.inconclusive:
            return f"proves nothing, {self.inconclusive}"
        if self.success:
            return "passed"
        return (
            f"failed with status {self.exit_code}"
            if self.ended == "exit"
            else (f"failed ({self.ended})")
        )

    def good(self) -> bool | None:
        return None if self.inconclusive else self.success

    def progress(self, event: Event, state: RunState) -> str:
        mark = "ok" if self.success else "FAILED"
        if self.phase:
            mark = f"{'passes' if self.success else 'fails'} before the work"
        inside = f"; left changes inside {shorten(', '.join(self.inside))}" if self.inside else ""
        return f"{mark}: {shorten(self.command)} ({seconds(self.duration_ms)}){inside}"


class TestSkipped(RunEvent, frozen=True):
    """A command was not run, so it proves nothing."""

    __test__: ClassVar[bool] = False
    type: ClassVar[str] = "test_skipped"
    review_kind: ClassVar[str] = "check"
    command: str
    reason: str
    check: int = 0

    def apply(self, state: RunState, event: Event) -> None:
        state.work_of(event.step).checks[self.check] = "skipped"
        state.not_run.append((event.step, self.command, self.reason))

    def line(self, event: Event) -> str:
        return f"{self.command}: not run, {self.reason}"

    def progress(self, event: Event, state: RunState) -> str:
        return f"not run: {shorten(self.command)} ({shorten(self.reason)})"
