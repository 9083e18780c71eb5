"""A plan in a temporary folder, and findings made up for a test."""

from __future__ import annotations

from pathlib import Path

from forge.text.finding import Finding
from forge.text.source import Source

PLAN = ".planning/phases/01-a/01-01-PLAN.md"
TEXT = "---\nphase: 01-a\nplan: 01\n---\n<task>\n<name>Do</name>\n</task>\n"


def written(root: Path, path: str, text: str) -> Source:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)
    return Source.read(root, path)


def finding(
    rule: str = "a-rule", line: int = 1, severity: str = "error", path: str = "x"
) -> Finding:
    return Finding(rule, severity, path, line, 1, line, 2, "wrong", "fix it", False)  # type: ignore[arg-type]
