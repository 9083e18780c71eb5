"""Source locations that stay valid without the text."""

from __future__ import annotations

from typing import NamedTuple

from forge.text.source import Source, Span


class Spot(NamedTuple):
    """A piece of a document and its place: lines and columns from 1, the end exclusive.

    It is plain data, so that it can be cached.
    """

    text: str
    line: int
    column: int
    end_line: int
    end_column: int

    @classmethod
    def of(cls, source: Source, span: Span, text: str | None = None) -> Spot:
        """Return the place of a span of a source, with the span's text or another one."""
        own = source.text[span.start : span.end] if text is None else text
        return cls(own, *source.position(span.start), *source.position(max(span.start, span.end)))


TOP = Spot("", 1, 1, 1, 1)
