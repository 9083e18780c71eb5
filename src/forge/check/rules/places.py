"""Finds the characters of a step's text again, for rules that judge what a step's parts say."""

from __future__ import annotations

import html
import re

from forge.planning.plan.plan import Step
from forge.text.source import Source, Span

_MOST = 200


def opening(step: Step) -> Span:
    """Return the first characters of a step: where a finding about the whole of it points."""
    return Span(step.span.start, step.span.start + len("<task"))


def part(source: Source, step: Step, name: str) -> Span:
    """Return the content of a step's part; its opening where it has no such part."""
    text, end = source.text, step.span.end
    tag = re.compile(rf"<{re.escape(name)}(?:\s[^>]*)?>").search(text, step.span.start, end)
    if tag is None:
        return opening(step)
    closing = text.find(f"</{name}>", tag.end(), end)
    return Span(tag.end(), closing if closing >= 0 else end)


def trimmed(source: Source, span: Span) -> Span:
    """Return a stretch without the blanks around it."""
    said = source.text[span.start : span.end]
    start = span.start + len(said) - len(said.lstrip())
    return Span(start, max(start, span.start + len(said.rstrip())))


class Finder:
    """Finds texts one behind the other in a stretch, so that many searches cost one pass."""

    def __init__(self, source: Source, span: Span) -> None:
        self.source = source
        self.span = span
        self.at = span.start
        self.left = _MOST

    def find(self, wanted: str) -> Span:
        """Return where a text stands, entities in the source decoded or not; the whole stretch
        where it is not found.

        Of a text of several lines the first is looked for.
        """
        lines = wanted.strip().splitlines()
        first = lines[0].strip() if lines else ""
        for form in dict.fromkeys((first, html.escape(first, quote=False))):
            for start in (self.at, self.span.start):
                found = self._search(form, start)
                if found >= 0:
                    self.at = found + len(form)
                    return Span(found, self.at)
        return trimmed(self.source, self.span)

    def _search(self, form: str, start: int) -> int:
        if not form or self.left <= 0:
            return -1
        found = self.source.text.find(form, start, self.span.end)
        self.left -= found < 0
        return found
