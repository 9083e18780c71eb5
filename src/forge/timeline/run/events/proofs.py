"""Events about must-haves and their proofs."""

from __future__ import annotations

from typing import ClassVar

from msgspec import field

from forge.timeline.event import Event
from forge.timeline.run.event import RunEvent
from forge.timeline.run.state import RunState


class _Truth(RunEvent, frozen=True):
    review_kind: ClassVar[str] = "truth"
    truth: int
    statement: str

    @property
    def answer(self) -> str:
        return self.type.removeprefix("truth_")

    def apply(self, state: RunState, event: Event) -> None:
        state.truths[self.truth] = self.answer

    def line(self, event: Event) -> str:
        return f"truth:{self.truth} {self.answer}: {self.statement}"

    def good(self) -> bool | None:
        return self.answer != "failed"


class TruthProven(_Truth, frozen=True):
    """A truth's command succeeded on `tree`, the id of the tree outside `.planning/`.

    `blobs` are the files that the proof is bound to, path to blob id.
    """

    type: ClassVar[str] = "truth_proven"
    command: str
    tree: str
    blobs: dict[str, str | None] = field(default_factory=dict)


class TruthFailed(_Truth, frozen=True):
    """A truth's command did not succeed."""

    type: ClassVar[str] = "truth_failed"
    command: str
    tree: str
    reason: str = ""


class TruthAttested(_Truth, frozen=True):
    """The user vouches for a truth and names evidence."""

    type: ClassVar[str] = "truth_attested"
    by: str
    reason: str
    evidence: list[dict[str, str | None]] = field(default_factory=list)
    commit: str = ""


class TruthWaived(RunEvent, frozen=True):
    """The user waives a must-have, with a reason; `name` is `KIND:N`."""

    type: ClassVar[str] = "truth_waived"
    review_kind: ClassVar[str] = "truth"
    name: str
    statement: str
    by: str
    reason: str

    def line(self, event: Event) -> str:
        return f"{self.name} waived: {self.statement}"

    def good(self) -> bool | None:
        return True


class MustHavesVerified(RunEvent, frozen=True):
    """The verdicts at the end of a run."""

    type: ClassVar[str] = "must_haves_verified"
    heading: ClassVar[bool] = True
    passed: int
    failed: int
    unproven: int
    verdicts: list[dict[str, object]]
    stale: int = 0
    waived: int = 0
    declared: int = 0
    verdict: str = "unproven"
    tree: str = ""

    def apply(self, state: RunState, event: Event) -> None:
        names = ("declared", "passed", "failed", "unproven", "stale", "waived")
        state.counts = {name: getattr(self, name) for name in names}
        state.verdicts, state.verdict = self.verdicts, self.verdict

    def progress(self, event: Event, state: RunState) -> str:
        return f"must-haves: {self.passed} of {self.declared} pass"
