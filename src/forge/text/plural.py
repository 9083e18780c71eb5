"""Counts in words."""

from __future__ import annotations


def amount(number: int, noun: str) -> str:
    """Return a number with its noun: `1 file`, `2 files`. The plural must be regular."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
