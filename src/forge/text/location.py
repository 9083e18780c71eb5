"""Places in documents that outlive the text: what stands there, and its lines and columns."""

from __future__ import annotations

from typing import NamedTuple

from forge.text.source import Source, Span


class Spot(NamedTuple):
    """A text and where it stands: lines and columns from 1, the end exclusive. Plain data, so that
    it can be kept.
    """

    text: str
    line: int
    column: int
    end_line: int
    end_column: int

    @classmethod
    def of(cls, source: Source, span: Span, text: str | None = None) -> Spot:
        """Return the place of a stretch of a source, with its text or another one."""
        said = source.text[span.start : span.end] if text is None else text
        return cls(said, *source.position(span.start), *source.position(max(span.start, span.end)))


TOP = Spot("", 1, 1, 1, 1)
