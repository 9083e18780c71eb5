"""Texts of others inside Markdown: they stay text, and take no effect on the page or its reader.

Escaping with backslashes is not enough: services look for mentions (`@name`), issues (`#1`) and
addresses in what is left after it. They do not look into code, so whatever could be more than text
becomes code.
"""

from __future__ import annotations

import re

from forge.text.printable import visible, visible_line

_ACTIVE = re.compile(
    r"[\\`*{}\[\]<>#|@!~^$&%]"  # marks of Markdown and HTML, mentions, references
    r"|(?<!\w)_|_(?!\w)|^[-+=]"
    r"|[A-Za-z][A-Za-z0-9+.-]*:/|\bwww\.|\bmailto:|\bGH-\d"  # addresses and references
    r"|(?<!\w):[\w+-]+:",  # emoji by name, such as a check mark
    re.I,
)


class Written(str):
    """A piece of Markdown that is written already."""

    __slots__ = ()


def inline(text: object) -> Written:
    """Return a text on one line of Markdown, also in a cell of a table: as it is if it is plain
    words, else as code.
    """
    line = visible_line(" ".join(str(text).split()))
    return code(line) if _ACTIVE.search(line) else Written(line)


def code(text: object, *, cell: bool = True) -> Written:
    """Return a text as inline code; a bar, which would end the `cell` of a table, becomes `¦`."""
    line = visible_line(" ".join(str(text).split()))
    line = line.replace("|", "¦") if cell else line
    ticks = "`" * (_longest_backticks(line) + 1)
    padding = " " if line.startswith("`") or line.endswith("`") else ""
    return Written(f"{ticks}{padding}{line}{padding}{ticks}" if line else "")


def fence(text: object, language: str = "") -> Written:
    """Return a text as a fenced block, with a fence longer than any in the text."""
    shown = visible(str(text))
    marks = "`" * max(3, _longest_backticks(shown) + 1)
    return Written(f"{marks}{language}\n{shown.rstrip()}\n{marks}")


def _longest_backticks(text: str) -> int:
    return max((len(run) for run in re.findall(r"`+", text)), default=0)
