"""Lines of YAML text that does not parse: their parts, indentation, and the values in them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from forge.text.source import Span

QUOTED = r""""(?>(?:[^"\\]|\\.)*)"|'(?>(?:[^']|'')*)'"""
_ITEM = re.compile(
    r"""(?P<indent>[ \t]*+)(?P<dashes>(?>(?:-[ \t]+)*))"""
    r"""(?>(?:(?P<key>[A-Za-z_][\w.-]*+|"[^"\\]*+"|'[^']*+')[ \t]*+:(?:[ \t]++|$))?)(?P<value>.*)"""
)
_MOST_INDENTS = 6
_FURTHEST = 40  # lines that a value, or a search backwards, may span


class Line(Struct, frozen=True):
    """A line of a text: its offset, and its characters without the line end."""

    start: int
    text: str

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @property
    def indent(self) -> int:
        return len(self.text) - len(self.text.lstrip(" \t"))

    @property
    def blank(self) -> bool:
        return not self.text.strip()

    @property
    def parts(self) -> re.Match[str]:
        """The line's `indent`, `dashes`, `key` and `value`, any of which may be empty."""
        match = _ITEM.match(self.text)
        assert match is not None
        return match


def line_at(text: str, offset: int) -> Line:
    """Return the line that contains an offset."""
    start = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", start)
    return Line(start, text[start : end if end >= 0 else len(text)].rstrip("\r"))


def lines_before(text: str, line: Line) -> Iterator[Line]:
    """Yield the lines before one, nearest first, without blank ones."""
    for _ in range(_FURTHEST):
        if line.start == 0:
            return
        line = line_at(text, line.start - 1)
        if not line.blank:
            yield line


def likely_indents(text: str, line: Line) -> list[int]:
    """Return how deep a line may be meant to be indented, most likely first.

    Candidates follow from the lines before it and from its tabs.
    """
    is_item = line.text.lstrip().startswith("- ")
    indents: list[int] = []
    for before in lines_before(text, line):
        parts = before.parts
        depth = len(parts["indent"])
        inner = depth + len(parts["dashes"])
        if is_item:
            indents += [depth] if parts["dashes"] else [depth + 2] if not parts["value"] else []
        else:
            indents += [inner + 2, inner] if parts["key"] and not parts["value"] else [inner]
        if len(indents) > _MOST_INDENTS:
            break
    tabs = line.text[: line.indent].count("\t")
    return list(dict.fromkeys([*indents, 2 * tabs, 4 * tabs]))[:_MOST_INDENTS]


def whole_value(text: str, line: Line, start: int) -> Span:
    """Return the span of a plain value that starts at an offset, with its continuation lines: those
    that are indented deeper than its key or dash.
    """
    parts = line.parts
    after_key = parts["key"] and start > line.start + parts.start("key")
    owner = parts.start("key") if after_key else _last_dash(parts)
    end, following = line.start + len(line.text.rstrip()), line.end
    for _ in range(_FURTHEST):
        at = text.find("\n", following)
        if at < 0:
            break
        later = line_at(text, at + 1)
        following = later.end
        if not later.blank:
            if later.indent <= owner:
                break
            end = later.start + len(later.text.rstrip())
    return Span(start, end)


def _last_dash(parts: re.Match[str]) -> int:
    if parts["dashes"]:
        return parts.start("dashes") + parts["dashes"].rfind("-")
    return parts.end("indent") - 1
