"""Text from files made safe for a terminal: it cannot move the cursor, hide text or turn the
reading direction.
"""

from __future__ import annotations


def visible(text: str) -> str:
    """Return a text with every unprintable character as its code point; LF and tabs stay."""
    return "\n".join(
        line if line.isprintable() else "".join(map(_shown, line))
        for line in text.replace("\r\n", "\n").split("\n")
    )


def _shown(char: str) -> str:
    return char if char.isprintable() or char == "\t" else f"<U+{ord(char):04X}>"
