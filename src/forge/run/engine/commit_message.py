"""Messages of forge's commits: a subject of at most 72 characters, and trailers."""

from __future__ import annotations

from collections.abc import Mapping

from forge.records.card import RunCard

_LONGEST = 72


def subject_line(text: str) -> str:
    """Return a text as a commit subject: one line, without control characters, of at most 72
    characters.
    """
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1].rstrip() + "…"


def message(
    card: RunCard, subject: str, seq: int, extra: Mapping[str, str | int] | None = None
) -> str:
    """Return a commit message with the trailers `Forge-Run`, `Forge-Plan`, `Forge-Seq` and the
    extra ones.
    """
    plan = f"{card.plan}@{card.plan_sha256[:12]}"
    trailers = {"Forge-Run": card.run, "Forge-Plan": plan, **(extra or {}), "Forge-Seq": seq}
    lines = "".join(f"{name}: {value}\n" for name, value in trailers.items())
    return f"{subject_line(subject)}\n\n{lines}"
