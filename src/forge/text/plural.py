"""How many of something there are, in words."""

from __future__ import annotations


def amount(number: int, noun: str) -> str:
    """Return a number with its noun: `1 file`, `2 files`. The noun is one that takes an s."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
