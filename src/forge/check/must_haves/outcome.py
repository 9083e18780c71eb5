"""What the look at one file says about a must-have, before it becomes the verdict."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from forge.check.must_haves.verdict import Evidence

_LONGEST = 160


class Outcome(Struct, frozen=True):
    """An answer, its reason in plain words, and what was found where."""

    verdict: Literal["pass", "fail", "unproven"]
    reason: str
    evidence: tuple[Evidence, ...] = ()


def shown(text: str) -> str:
    """Return a text from a plan in backticks, in one line and not too long, as reasons quote it."""
    line = " ".join(
        "".join(sign if sign.isprintable() else " " for sign in text[: 4 * _LONGEST]).split()
    )
    return f"`{line if len(line) <= _LONGEST else line[: _LONGEST - 1] + '…'}`"
