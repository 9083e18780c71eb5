"""The status of one plan: claimed, running, proven, and contradictions with its front matter."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from forge.views.outline.entries import PlanEntry
from forge.views.tracker.missions import Tally

NOT_PROVEN = ("failed", "unproven", "stale")
_ENDED = ("completed", "stopped", "failed")
_IN_JSON = ("id", "path", "title", "claimed", "verdict", "run", "waiting_for", "ready")


class PlanStatus(Struct, frozen=True):
    """A plan: `claimed` if a summary exists, `verdict` from its last completed run.

    The verdict is `stale` if the tree has changed since in a way that matters to it.
    """

    id: str
    path: str
    title: str
    phase: str
    claimed: bool
    verdict: str | None
    run: str | None
    run_status: str | None
    waiting_for: dict[str, object] | None
    ready: bool = False
    contradiction: str = ""
    archived: bool = False

    @property
    def word(self) -> str:
        """The status in one word."""
        if self.run_status and self.run_status not in _ENDED:
            return self.run_status
        if self.verdict:
            return self.verdict
        if self.claimed:
            return "claimed"
        return "ready" if self.ready else "archived" if self.archived else "open"

    def as_data(self) -> dict[str, object]:
        return {
            "word": self.word,
            **{name: getattr(self, name) for name in _IN_JSON},
            "contradiction": self.contradiction,
            "archived": self.archived,
        }


def tally(plans: Sequence[PlanStatus]) -> Tally:
    """Count plans; one with a verdict that is not `proven` does not count as claimed."""
    proven = sum(plan.verdict == "proven" for plan in plans)
    return Tally(len(plans), proven, sum(plan.claimed and plan.verdict is None for plan in plans))


def contradiction(line: PlanEntry, verdict: str | None, *, claimed: bool) -> str:
    """Describe how a status written by hand differs from the evidence; empty if they agree."""
    says, calls_done = line.claimed_status, line.claims_done
    if not says:
        return ""
    if calls_done and verdict in NOT_PROVEN:
        return f"its front matter says `{says}`, its last run shows {verdict}"
    if calls_done and verdict is None and not claimed:
        return f"its front matter says `{says}`, and there is neither a summary nor a run"
    if not calls_done and verdict == "proven":
        return f"its front matter says `{says}`, its last run shows proven"
    return ""
