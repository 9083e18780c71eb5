"""Converts Markdown to plain text of a given width, as `forge help` shows the pages of `docs/`."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence

_FENCE = re.compile(r"^(`{3,})[^\n]*\n(.*?)^\1[ \t]*$\n?", re.M | re.S)
_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
_MARKED = re.compile(r"\*\*(.+?)\*\*|(`+)[ \n]?(.+?)[ \n]?\2(?!`)", re.S)
_ITEM = re.compile(r"(?:[-*]|\d+\.) ")
_HEADING = re.compile(r"(#+)\s+")
_RULE = re.compile(r"[|\s:-]+")
_CELL_END = re.compile(r"(?<!\\)\|")
_VERBATIM = "    "
_GAP = "  "
_NARROWEST = 30


def plain_text(markdown: str, width: int) -> str:
    """Return a page as lines of at most `width` columns; only code and single words may be longer.

    Code is indented. A link becomes its text, with its address if it leaves the manual. A table
    keeps its columns if they fit, else the cells of a row follow each other.
    """
    width = max(width, _NARROWEST)
    lines: list[str] = []
    at = 0
    for fence in _FENCE.finditer(markdown):
        lines += _prose(markdown[at : fence.start()], width)
        lines += [f"{_VERBATIM}{line}" if line else "" for line in fence[2].split("\n")[:-1]]
        at = fence.end()
    return "\n".join([*lines, *_prose(markdown[at:], width)]).strip("\n")


def _prose(text: str, width: int) -> Iterator[str]:
    for block in _blocks(text):
        first = block[0]
        if not first.strip() or first.startswith(_VERBATIM):
            yield from block
        elif first.startswith("|"):
            yield from _table(block, width)
        elif heading := _HEADING.match(first):
            title = _words(first[heading.end() :])
            yield title.upper() if len(heading[1]) < 3 else title
        else:
            item = _ITEM.match(first)
            indent = " " * (item.end() if item else 0)
            yield from _wrapped(_words("\n".join(block)), width, indent)


def _blocks(text: str) -> Iterator[list[str]]:
    """Yield the lines of each paragraph, list item and table together, and other lines alone."""
    block: list[str] = []
    for line in text.splitlines():
        alone = not line.strip() or line.startswith(_VERBATIM) or _HEADING.match(line)
        if block and (
            alone or _ITEM.match(line) or line.startswith("|") != block[0].startswith("|")
        ):
            yield block
            block = []
        if alone:
            yield [line]
        else:
            block.append(line)
    if block:
        yield block


def _table(lines: Sequence[str], width: int) -> Iterator[str]:
    rows = [
        [_words(cell.strip().replace("\\|", "|")) for cell in _CELL_END.split(line)[1:-1]]
        for line in lines
        if not _RULE.fullmatch(line)
    ]
    columns = [*zip(*rows, strict=True)]
    widths = _shared(
        [max(map(len, column)) for column in columns], width - len(_GAP) * len(columns)
    )
    longest = [
        max((len(word) for cell in column for word in cell.split()), default=0)
        for column in columns
    ]
    fits = all(word <= column for word, column in zip(longest, widths, strict=True))
    for row in rows:
        if any(row):
            yield from _side_by_side(row, widths) if fits else _stacked(row, width)


def _shared(wanted: Sequence[int], room: int) -> list[int]:
    """Return the width of each column: what it wants, at most an equal share of the rest."""
    widths: dict[int, int] = {}
    for place in sorted(range(len(wanted)), key=wanted.__getitem__):
        share = (room - sum(widths.values())) // (len(wanted) - len(widths))
        widths[place] = max(min(wanted[place], share), 1)
    return [widths[place] for place in range(len(wanted))]


def _side_by_side(row: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    cells = [_wrapped(cell, width) for cell, width in zip(row, widths, strict=True)]
    for number in range(max(map(len, cells))):
        parts = (cell[number] if number < len(cell) else "" for cell in cells)
        yield "".join(
            f"{_GAP}{part:{width}}" for part, width in zip(parts, widths, strict=True)
        ).rstrip()


def _stacked(row: Sequence[str], width: int) -> Iterator[str]:
    for cell, indent in zip(row, [_GAP] + [_GAP * 3] * len(row), strict=False):
        yield from (f"{indent}{line}" for line in _wrapped(cell, width - len(indent)))


def _wrapped(text: str, width: int, indent: str = "") -> list[str]:
    return textwrap.wrap(
        text, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _words(text: str) -> str:
    """Return text without the marks of bold, code and links."""
    linked = _LINK.sub(lambda link: f"{link[1]} ({link[2]})" if "://" in link[2] else link[1], text)
    unmarked = _MARKED.sub(lambda marked: _words(marked[1]) if marked[1] else marked[3], linked)
    return re.sub(r"\n\s*", " ", unmarked)
