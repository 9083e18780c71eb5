"""Text from files made safe for a terminal: it cannot move the cursor, hide text, turn the reading
direction, or begin a line of its own.

A front prints lines, not text: what ends a line is the end of an entry of a list, so a line end
inside a value is escaped like every other character that does not print.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U000e0100-\U000e01ef]"
)
"""Characters that take part in words according to Unicode, but show nothing."""
_EMOJI_JOINT = re.compile(
    "(?<=[\u2190-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff])"
    "(?:\ufe0f?\u200d(?=[\u2190-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff])|\ufe0f)"
)
"""What joins and colors emoji: after another symbol it changes what is shown, and hides nothing."""


class Styled(NamedTuple):
    """A piece of a line with a color of its own; only a terminal shows the color."""

    text: str
    color: str = ""
    bold: bool = False


Line: TypeAlias = "str | tuple[str | Styled, ...]"
"""One line for people, or its pieces. Line ends in it are escaped."""
Text: TypeAlias = "str | list[Line]"
"""What a front prints: one line, or a list of lines."""


class Verbatim(str):
    """A text in a format with rules of its own, which its writer has followed: a patch, a page, a
    drawing, a script. It is printed as it is.
    """

    __slots__ = ()


class Folded(str):
    """A line with text of others in it. A terminal that is narrower would let its rest begin at the
    left edge, where forge's own lines begin.
    """

    __slots__ = ()


def folded(line: str, width: int) -> list[str]:
    """Return a line in pieces of at most `width` columns; those after the first one are indented
    further than the line, and begin with `+`.
    """
    indent = min(len(line) - len(line.lstrip(" ")), max(width // 2 - 4, 0))
    start, parts, used = " " * indent + "  + ", [""], 0
    for char in line:
        columns = 2 if unicodedata.east_asian_width(char) in "WF" else 1
        if used + columns > width and used > len(start):
            parts.append(start)
            used = len(start)
        parts[-1] += char
        used += columns
    return parts


def visible_line(text: str) -> str:
    """Return a text as one line: every character that does not print is shown as its code point,
    line ends and tabs included.
    """
    if text.isascii():
        return text if text.isprintable() else "".join(map(_shown, text))
    if text.isprintable() and not _INVISIBLE.search(text):
        return text
    parts, at = [], 0
    for joint in _EMOJI_JOINT.finditer(text):
        parts += [*map(_shown, text[at : joint.start()]), joint[0]]
        at = joint.end()
    return "".join([*parts, *map(_shown, text[at:])])


def visible(text: str) -> str:
    """Return a text of several lines with every unprintable character as its code point; line feeds
    and tabs stay.
    """
    return "\n".join(
        "\t".join(map(visible_line, line.split("\t")))
        for line in text.replace("\r\n", "\n").split("\n")
    )


def block(text: str, indent: str = "  ") -> list[str]:
    """Return the lines of a value of several lines, indented so that none looks like forge's own;
    tabs become spaces.
    """
    lines = text.replace("\r\n", "\n").rstrip("\n").split("\n")
    return [f"{indent}{line.expandtabs(4)}" for line in lines]


def pieces(line: Line) -> tuple[str | Styled, ...]:
    """Return the pieces of a line."""
    return (line,) if isinstance(line, str) else line


def plain(line: Line) -> str:
    """Return a line as people read it, without colors."""
    return "".join(
        visible_line(piece if isinstance(piece, str) else piece.text) for piece in pieces(line)
    )


def lines_of(text: Text) -> Sequence[Line]:
    """Return the lines of a text: a string is one line."""
    return [text] if isinstance(text, str) else text


def plain_text(text: Text) -> str:
    """Return a text as people read it, without colors; a verbatim text as it is."""
    if isinstance(text, Verbatim):
        return str(text)
    return "\n".join(map(plain, lines_of(text)))


def _shown(char: str) -> str:
    return char if char.isprintable() and not _INVISIBLE.match(char) else f"<U+{ord(char):04X}>"
