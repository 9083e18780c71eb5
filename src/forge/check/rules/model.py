"""What a rule is, and how its findings are made. Rules name a stretch or a spot; lines and columns
come from there.
"""

from __future__ import annotations

from msgspec import Struct

from forge.text.finding import Finding, Severity
from forge.text.location import Spot
from forge.text.source import Source, Span


class Rule(Struct, frozen=True):
    """A rule: what a finding of it is called, how bad it is, and whether it blocks execution."""

    id: str
    severity: Severity
    blocks: bool
    summary: str

    def at(
        self, source: Source, span: Span, message: str, hint: str, severity: Severity | None = None
    ) -> Finding:
        """Return a finding about a stretch of a source; `severity` where this case is milder than
        the rule.
        """
        return source.finding(
            self.id, severity or self.severity, span, message, hint, blocks=self.blocks
        )

    def on(
        self, path: str, spot: Spot, message: str, hint: str, severity: Severity | None = None
    ) -> Finding:
        """Return a finding about a spot of a document that is no longer at hand."""
        place = (spot.line, spot.column, spot.end_line, spot.end_column)
        return Finding(self.id, severity or self.severity, path, *place, message, hint, self.blocks)


_SHOWN = 80


def shown(text: str) -> str:
    """Return a text as a message quotes it: one line, in backticks, not too long."""
    line = " ".join(text.split())
    return f"`{line if len(line) <= _SHOWN else line[: _SHOWN - 1] + '…'}`"
