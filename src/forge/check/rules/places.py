"""Finds the characters of a step's parts in its source, for rules about their content."""

from __future__ import annotations

import html
import re

from forge.planning.plan.plan import Step
from forge.text.source import Source, Span

_MOST_FAILED_SEARCHES = 200


def opening(step: Step) -> Span:
    """Return the span of `<task`, for findings about a step as a whole."""
    return Span(step.span.start, step.span.start + len("<task"))


def part(source: Source, step: Step, name: str) -> Span:
    """Return the span of a part's content; the step's opening if it has no such part."""
    text, end = source.text, step.span.end
    tag = re.compile(rf"<{re.escape(name)}(?:\s[^>]*)?>").search(text, step.span.start, end)
    if tag is None:
        return opening(step)
    closing = text.find(f"</{name}>", tag.end(), end)
    return Span(tag.end(), closing if closing >= 0 else end)


def trimmed(source: Source, span: Span) -> Span:
    """Return a span without the whitespace at its ends."""
    text = source.text[span.start : span.end]
    start = span.start + len(text) - len(text.lstrip())
    return Span(start, max(start, span.start + len(text.rstrip())))


class Finder:
    """Finds texts that follow each other in a span, in one pass over it."""

    def __init__(self, source: Source, span: Span) -> None:
        self.source = source
        self.span = span
        self.at = span.start
        self.searches_left = _MOST_FAILED_SEARCHES

    def find(self, wanted: str) -> Span:
        """Return the span of a text's first line, with entities decoded or not; the whole span if
        it is not found.
        """
        lines = wanted.strip().splitlines()
        first = lines[0].strip() if lines else ""
        for form in dict.fromkeys((first, html.escape(first, quote=False))):
            for start in (self.at, self.span.start):
                at = self._search(form, start)
                if at >= 0:
                    self.at = at + len(form)
                    return Span(at, self.at)
        return trimmed(self.source, self.span)

    def _search(self, form: str, start: int) -> int:
        if not form or self.searches_left <= 0:
            return -1
        at = self.source.text.find(form, start, self.span.end)
        self.searches_left -= at < 0
        return at
