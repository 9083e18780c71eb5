"""The verdict on one must-have, with evidence. One that was not checked is `unproven`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Literal

from msgspec import Struct
from msgspec.structs import asdict

from forge.planning.plan.must_haves import Kind, MustHave

Answer = Literal["pass", "fail", "unproven", "stale", "waived"]
PlanAnswer = Literal["proven", "failed", "unproven"]


class Evidence(Struct, frozen=True):
    """A place that supports a verdict: a path, a line from 1 (None for the whole file), and how it
    matched.
    """

    path: str
    line: int | None
    how: str


class Verdict(Struct, frozen=True):
    """The verdict on one must-have; `target` describes the must-have in one line."""

    kind: Kind
    index: int
    target: str
    verdict: Answer
    reason: str
    evidence: tuple[Evidence, ...] = ()

    def as_data(self) -> dict[str, object]:
        """Return the verdict as JSON shows it (see `formats.md`)."""
        return {**asdict(self), "evidence": [asdict(item) for item in self.evidence]}


def answer(
    item: MustHave, verdict: Answer, reason: str, evidence: Iterable[Evidence] = ()
) -> Verdict:
    """Return the verdict on a must-have."""
    return Verdict(item.kind, item.index, item.statement, verdict, reason, tuple(evidence))


def counts(verdicts: Iterable[Verdict]) -> dict[str, int]:
    """Return the number of each kind of verdict, and of all as `declared`."""
    number = Counter(verdict.verdict for verdict in verdicts)
    return {
        "declared": number.total(),
        **{name: number[name] for name in ("pass", "fail", "unproven", "stale", "waived")},
    }


def plan_answer(verdicts: Iterable[Verdict], *, sound: bool = True) -> PlanAnswer:
    """Return the verdict on a plan: proven only if it has must-haves and each passes or is waived.

    `sound` is false if the front matter does not parse: such a plan is never proven.
    """
    number = counts(verdicts)
    if number["fail"]:
        return "failed"
    settled = number["declared"] > 0 and number["pass"] + number["waived"] == number["declared"]
    return "proven" if settled and sound else "unproven"
