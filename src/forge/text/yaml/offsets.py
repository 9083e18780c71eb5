"""Maps offsets of an edited text to offsets of the original text."""

from __future__ import annotations

import bisect

from forge.text.edit import Edit
from forge.text.source import Span


class OffsetMap:
    """For each piece of an edited text, the original offset of a kept or an inserted piece."""

    def __init__(self) -> None:
        self.starts = [0]
        self.origins = [0]
        self.kept = [True]

    def origin(self, at: int) -> int:
        """Return the original offset; for an inserted character, that of the insertion."""
        index = bisect.bisect_right(self.starts, at) - 1
        return self.origins[index] + (at - self.starts[index] if self.kept[index] else 0)

    def after(self, edits: list[Edit], length: int) -> OffsetMap:
        """Return the map after more edits, in order; `length` is the text's before these edits."""
        changed = OffsetMap()
        changed.starts, changed.origins, changed.kept = [], [], []
        at, now = 0, 0
        for edit in edits:
            changed._copy(self, Span(at, edit.span.start), now)
            now += edit.span.start - at
            if edit.text:
                changed._add(now, self.origin(edit.span.start), kept=False)
            at, now = edit.span.end, now + len(edit.text)
        changed._copy(self, Span(at, length + 1), now)
        return changed

    def _copy(self, other: OffsetMap, span: Span, now: int) -> None:
        """Copy the pieces of a span of another map; the span now starts at `now`."""
        if span.start >= span.end:
            return
        index = bisect.bisect_right(other.starts, span.start) - 1
        self._add(now, other.origin(span.start), kept=other.kept[index])
        for later in range(index + 1, bisect.bisect_left(other.starts, span.end)):
            start = now + other.starts[later] - span.start
            self._add(start, other.origins[later], kept=other.kept[later])

    def _add(self, start: int, origin: int, *, kept: bool) -> None:
        self.starts.append(start)
        self.origins.append(origin)
        self.kept.append(kept)
