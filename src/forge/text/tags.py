"""The tagged sections of a plan's body.

Bodies are Markdown, not XML: generics, JSX, HTML comments and code fences contain angle brackets
that mean nothing. So an opening tag counts only at the start of a line, a closing tag only at the
end of one. Of 6,076 plans in 119 public repositories, 6,073 balance this way; tracking code fences
does worse.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from forge.text.source import Span

_TASK_OPEN = re.compile(r"^[ \t]*<task(?P<attributes>(?:\s[^>]*)?)>", re.M)
_TASK_CLOSE = re.compile(r"</task>[ \t]*\r?$", re.M)
_ATTRIBUTE = re.compile(r"""(?<![\w:-])([\w:-]++)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")


class Tag(Struct, frozen=True):
    """A tag with its content: `inner` is the span between the tags, `span` includes both tags."""

    name: str
    attributes: dict[str, str]
    inner: Span
    span: Span
    closed: bool

    def text(self, whole: str) -> str:
        """Return the content, given the text that was scanned."""
        return whole[self.inner.start : self.inner.end]


def attributes(text: str) -> dict[str, str]:
    """Return the attributes of an opening tag, entities decoded."""
    return {
        match[1]: html.unescape(next(value for value in match.groups()[1:] if value is not None))
        for match in _ATTRIBUTE.finditer(text)
    }


def tasks(text: str) -> Iterator[Tag]:
    """Yield the `<task>` tags of a text in order. An unclosed one ends before the next one, or with
    the text.
    """
    last = text.rfind(">") + 1  # no tag opens after it; each bound keeps the scan linear
    opening = _TASK_OPEN.search(text, 0, last)
    while opening:
        following = _TASK_OPEN.search(text, opening.end(), last)
        limit = following.start() if following else len(text)
        closing = _TASK_CLOSE.search(text, opening.end(), limit)
        inner_end, end = closing.span() if closing else (limit, limit)
        yield Tag(
            "task",
            attributes(opening["attributes"]),
            Span(opening.end(), inner_end),
            Span(opening.start(), end),
            bool(closing),
        )
        opening = _TASK_OPEN.search(text, end, last)


def children(text: str, inner: Span, names: Sequence[str]) -> Iterator[Tag]:
    """Yield the tags of the given names inside a span, in order; nested ones are not found.

    A child opens at the start of a line or right after another tag. It ends at the first closing
    tag at the end of a line (or right before another child), otherwise at the first closing tag,
    otherwise before the next child.
    """
    alternatives = "|".join(map(re.escape, names))
    opening_tag = re.compile(rf"(?:^|(?<=>))[ \t]*<({alternatives})((?:\s[^>]*)?)>", re.M)
    at, last = inner.start, text.rfind(">", inner.start, inner.end) + 1
    absent: set[str] = set()
    while opening := opening_tag.search(text, at, last):
        name = opening[1]
        close_end, inner_end = _closing(
            text, name, alternatives, Span(opening.end(), inner.end), absent
        )
        closed = close_end > inner_end
        if not closed:
            following = opening_tag.search(text, opening.end(), last)
            close_end = inner_end = following.start() if following else inner.end
        yield Tag(
            name,
            attributes(opening[2]),
            Span(opening.end(), inner_end),
            Span(opening.start(), close_end),
            closed,
        )
        at = close_end


def _closing(
    text: str, name: str, alternatives: str, place: Span, absent: set[str]
) -> tuple[int, int]:
    """Return the end of the closing tag and of the content; twice the start of `place` if there is
    no closing tag.

    `absent` collects patterns that were not found: they do not match further down either, and are
    not searched for again.
    """
    tag = rf"</{re.escape(name)}>"
    for wanted in (rf"{tag}(?=[ \t]*(?:\r?$|<!--|</?(?:{alternatives}|task)\b))", tag):
        if wanted not in absent:
            if match := re.compile(wanted, re.M).search(text, place.start, place.end):
                return match.end(), match.start()
            absent.add(wanted)
    return place.start, place.start


def section(text: str, name: str, start: int = 0) -> Tag | None:
    """Return the first section `<name>` that opens at the start of a line, or None."""
    opening = re.compile(rf"^[ \t]*<{re.escape(name)}>", re.M).search(text, start)
    if opening is None:
        return None
    closing = re.compile(
        rf"^[ \t]*</{re.escape(name)}>|</{re.escape(name)}>[ \t]*\r?$", re.M
    ).search(text, opening.end())
    inner_end, end = (closing.start(), closing.end()) if closing else (len(text), len(text))
    return Tag(
        name, {}, Span(opening.end(), inner_end), Span(opening.start(), end), closing is not None
    )
