"""The messages of the commits that forge makes: a subject of at most 72 characters, and
trailers.
"""

from __future__ import annotations

from collections.abc import Mapping

from forge.records.card import RunCard

_LONGEST = 72


def subject_line(text: str) -> str:
    """Return a text as a commit's subject: one line, no control characters, 72 characters at
    most.
    """
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1].rstrip() + "…"


def message(
    card: RunCard, subject: str, seq: int, extra: Mapping[str, str | int] | None = None
) -> str:
    """Return a whole commit message; `Forge-Run`, `Forge-Plan` and `Forge-Seq` always come with
    it.
    """
    plan = f"{card.plan}@{card.plan_sha256[:12]}"
    trailers = {"Forge-Run": card.run, "Forge-Plan": plan, **(extra or {}), "Forge-Seq": seq}
    lines = "".join(f"{name}: {value}\n" for name, value in trailers.items())
    return f"{subject_line(subject)}\n\n{lines}"
