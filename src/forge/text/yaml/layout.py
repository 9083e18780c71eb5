"""Where keys, values and list elements of a YAML mapping are in its text: the spans to edit.

The parser's spans are not enough: it counts comments after a block as part of it.
"""

from __future__ import annotations

import re

from msgspec import Struct

from forge.text.source import Span
from forge.text.yaml.values import Value

_PROPERTIES = re.compile(r"(?:[&!][^\s,\[\]{}]*[ \t]+)*")  # anchors and tags
_WHITESPACE = " \t\r\n"


class Layout(Struct, frozen=True):
    """The text of a document, and the span of the mapping in it."""

    text: str
    place: Span

    def lines_of_key(self, name: Span, value: Value) -> Span:
        """Return the lines of a key and its value, including the previous line end if the last line
        has none.
        """
        start = self.line_start(name.start)
        end = self.next_line(max(name.end, self.value_span(name, value).end))
        if end == len(self.text) and self.text[end - 1 : end] != "\n" and start > self.place.start:
            start -= 2 if self.text[start - 2 : start] == "\r\n" else 1
        return Span(start, end)

    def value_span(self, name: Span, value: Value) -> Span:
        """Return the span of a key's value without comments after it; an empty span right after the
        colon if the value is missing.
        """
        if value.span.start == value.span.end:
            colon = self.text.find(":", name.end)
            return Span(colon + 1, colon + 1)
        return Span(value.span.start, self.value_end(value, name))

    def value_end(self, value: Value, name: Span) -> int:
        """Return the end of the value of a key (or of a list element, by its dash)."""
        children: list[Value] = []
        if isinstance(value.data, dict):
            children = [*value.data.values()]
        elif isinstance(value.data, list):
            children = value.data
        if children and not self.in_brackets(value.span):
            ends = [
                self.value_end(child, name)
                for child in children
                if child.span.start >= value.span.start
            ]
            keys = (span.end + 1 for span in value.keys.values())
            return max([*ends, *keys], default=value.span.end)
        at = self.after_properties(value.span)
        is_block = self.text[at : at + 1] in ("|", ">")
        return self._block_scalar_end(at, name) if is_block else value.span.end

    def _block_scalar_end(self, at: int, name: Span) -> int:
        """Return the end of a block scalar: of its last line that is indented deeper than the line
        of its key.
        """
        line = self.line_start(at)
        least = name.start - self.line_start(name.start)
        if line > name.start:
            before = self.text[line:at]
            least = max(least, len(before) - len(before.lstrip(" ")))
        end = self.line_end(at)
        following = self.next_line(end)
        while following < self.place.end:
            stop = self.line_end(following)
            content = self.text[following:stop]
            if content.strip():
                if len(content) - len(content.lstrip(" ")) <= least:
                    break
                end = stop
            following = self.next_line(stop)
        return len(self.text[:end].rstrip(_WHITESPACE))

    def element_span(self, sequence: Value, number: int) -> Span | None:
        """Return the span of a list's element: with its comma in brackets, otherwise its lines;
        None if it shares a line with another element.
        """
        elements = sequence.elements()
        span = elements[number].span
        if self.in_brackets(sequence.span):
            if number:
                return Span(elements[number - 1].span.end, span.end)
            return Span(span.start, elements[1].span.start)
        start = self.line_start(span.start)
        if self.text[start : span.start].strip() != "-":
            return None
        return Span(start, self.next_line(self.value_end(elements[number], Span(start, start))))

    def after_last_element(self, sequence: Value) -> tuple[int, str]:
        """Return the end of a block list's last line, and its indentation."""
        last = sequence.elements()[-1]
        line = self.line_start(last.span.start)
        indent = self.text[line : self.text.index("-", line)]
        dash = line + len(indent)
        return self.line_end(self.value_end(last, Span(dash, dash))), indent

    def in_brackets(self, span: Span) -> bool:
        """Return whether a list or mapping is written in brackets."""
        return self.text[self.after_properties(span) : span.end][:1] in ("[", "{")

    def after_properties(self, span: Span) -> int:
        """Return the start of a value after its anchor and tag."""
        match = _PROPERTIES.match(self.text, span.start, span.end)
        return match.end() if match else span.start

    def line_start(self, at: int) -> int:
        return self.text.rfind("\n", 0, at) + 1

    def line_end(self, at: int) -> int:
        """Return the end of an offset's line, before its line end."""
        end = self.text.find("\n", at, self.place.end)
        end = self.place.end if end < 0 else end
        return end - 1 if end > at and self.text[end - 1] == "\r" else end

    def next_line(self, at: int) -> int:
        """Return the start of the next line."""
        end = self.text.find("\n", at, self.place.end)
        return self.place.end if end < 0 else end + 1
