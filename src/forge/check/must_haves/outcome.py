"""The result of checking one file or condition, before it becomes part of a verdict."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from forge.check.must_haves.verdict import Evidence

_LONGEST = 160


class Outcome(Struct, frozen=True):
    """The result of one check, its reason in plain words, and the evidence."""

    verdict: Literal["pass", "fail", "unproven"]
    reason: str
    evidence: tuple[Evidence, ...] = ()


def together(outcomes: list[Outcome], most: int | None = None) -> Outcome:
    """Combine several outcomes: one failure fails, otherwise one undecided outcome is undecided.

    The reasons of the deciding kind are joined; with `most`, only so many are written out and the
    others counted.
    """
    evidence = tuple(dict.fromkeys(piece for outcome in outcomes for piece in outcome.evidence))
    for verdict in ("fail", "unproven", "pass"):
        deciding = [outcome for outcome in outcomes if outcome.verdict == verdict]
        if deciding:
            reasons = list(dict.fromkeys(outcome.reason for outcome in deciding if outcome.reason))
            more = f" (and {len(reasons) - most} more)" if most and len(reasons) > most else ""
            return Outcome(verdict, "; ".join(reasons[:most]) + more, evidence)
    return Outcome("pass", "", evidence)


def shown(text: str) -> str:
    """Return a text from a plan as reasons quote it: on one line, in backticks, shortened."""
    printable = "".join(char if char.isprintable() else " " for char in text[: 4 * _LONGEST])
    line = " ".join(printable.split())
    return f"`{line if len(line) <= _LONGEST else line[: _LONGEST - 1] + '…'}`"
