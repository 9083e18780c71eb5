"""run-card and timeline-damaged: the files of one run."""

from __future__ import annotations

from collections.abc import Iterator

from forge.check.rules.model import Rule
from forge.records.card import NotACard, RunCard
from forge.text.finding import Finding
from forge.text.location import Spot
from forge.text.source import Source
from forge.timeline.log import Reading

DAMAGED = Rule(
    "timeline-damaged", "error", False, "a timeline has no gap, no repeat, and an unbroken chain"
)
CARD = Rule("run-card", "error", False, "each run has a run.yaml that can be read")


def check_timeline(path: str, reading: Reading) -> Iterator[Finding]:
    """Yield a finding if a timeline's last line is torn or its chain is broken."""
    if reading.problem or reading.torn:
        line = reading.problem_line or len(reading.events) + 1
        yield DAMAGED.on(
            path,
            Spot("", line, 1, line, 1),
            reading.problem or "the last line is torn",
            "compare it with the committed versions",
        )


def check_card(source: Source) -> Iterator[Finding]:
    """Yield a finding if a run.yaml is not a valid run card."""
    try:
        RunCard.decode(source.path, source.data)
    except NotACard as error:
        for span, message in error.problems:
            hint = "restore it from its first commit; it must never change"
            yield CARD.at(source, span, message, hint)
