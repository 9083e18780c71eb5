"""Events about must-haves and what backs them."""

from __future__ import annotations

from typing import ClassVar

from msgspec import field

from forge.timeline.event import Data, Event, register
from forge.timeline.run.state import RunState


class _Truth(Data, frozen=True):
    truth: int
    statement: str

    def apply(self, state: RunState, event: Event) -> None:
        """The truth has an answer."""
        state.truths[self.truth] = self.type.removeprefix("truth_")


@register
class TruthProven(_Truth, frozen=True):
    """A truth's command succeeded on `tree` (the tree's id outside `.planning/`); `blobs` binds the
    files it speaks of.
    """

    type: ClassVar[str] = "truth_proven"
    command: str
    tree: str
    blobs: dict[str, str | None] = field(default_factory=dict)


@register
class TruthFailed(_Truth, frozen=True):
    """A truth's command did not succeed."""

    type: ClassVar[str] = "truth_failed"
    command: str
    tree: str
    reason: str = ""


@register
class TruthAttested(_Truth, frozen=True):
    """A person vouches for a truth and names evidence."""

    type: ClassVar[str] = "truth_attested"
    by: str
    reason: str
    evidence: list[dict[str, str | None]] = field(default_factory=list)
    commit: str = ""


@register
class TruthWaived(Data, frozen=True):
    """A person waives a must-have, with a reason; `name` is `KIND:N`."""

    type: ClassVar[str] = "truth_waived"
    name: str
    statement: str
    by: str
    reason: str


@register
class MustHavesVerified(Data, frozen=True):
    """The verdicts at the end of a run."""

    type: ClassVar[str] = "must_haves_verified"
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
        """The run knows what it has proven."""
        names = ("declared", "passed", "failed", "unproven", "stale", "waived")
        state.counts = {name: getattr(self, name) for name in names}
        state.verdicts, state.verdict = self.verdicts, self.verdict
