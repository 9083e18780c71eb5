"""A rule, and how it makes findings. Rules give a span or a spot; lines and columns are derived."""

from __future__ import annotations

from msgspec import Struct

from forge.text.finding import Finding, Severity
from forge.text.location import Spot
from forge.text.source import Source, Span

_LONGEST_QUOTE = 80


class Rule(Struct, frozen=True):
    """A rule: its id, its usual severity, whether it blocks execution, and a summary."""

    id: str
    severity: Severity
    blocks: bool
    summary: str

    def at(
        self, source: Source, span: Span, message: str, hint: str, severity: Severity | None = None
    ) -> Finding:
        """Return a finding at a span of a source, with another severity if this case is milder."""
        return source.finding(
            self.id, severity or self.severity, span, message, hint, blocks=self.blocks
        )

    def on(
        self, path: str, spot: Spot, message: str, hint: str, severity: Severity | None = None
    ) -> Finding:
        """Return a finding at a spot of a document whose text is not loaded."""
        place = (spot.line, spot.column, spot.end_line, spot.end_column)
        return Finding(self.id, severity or self.severity, path, *place, message, hint, self.blocks)


def shown(text: str) -> str:
    """Return a text as messages quote it: on one line, in backticks, shortened."""
    line = " ".join(text.split())
    return f"`{line if len(line) <= _LONGEST_QUOTE else line[: _LONGEST_QUOTE - 1] + '…'}`"
