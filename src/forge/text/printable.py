"""Text from files, made safe to show: nothing in it can move the cursor, hide a command, or turn
the reading direction.
"""

from __future__ import annotations


def visible(text: str) -> str:
    """Return a text with every character that does not print written out as its code point; line
    ends and tabs stay.
    """
    return "\n".join(
        line if line.isprintable() else "".join(map(_shown, line))
        for line in text.replace("\r\n", "\n").split("\n")
    )


def _shown(char: str) -> str:
    return char if char.isprintable() or char == "\t" else f"<U+{ord(char):04X}>"
