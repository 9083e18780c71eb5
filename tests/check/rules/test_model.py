"""A rule makes findings, at a span of a text or at a spot without one."""

from __future__ import annotations

import pytest

from forge.check.rules.model import Rule, shown
from forge.text.finding import Finding
from forge.text.location import Spot
from forge.text.source import Source, Span

RULE = Rule("a-rule", "warning", True, "a summary")
SOURCE = Source.of("a.md", b"one\ntwo three\n")


def test_a_finding_at_a_span() -> None:
    assert RULE.at(SOURCE, Span(8, 13), "wrong", "fix it") == Finding(
        "a-rule", "warning", "a.md", 2, 5, 2, 10, "wrong", "fix it", True
    )


def test_a_finding_at_a_spot() -> None:
    assert RULE.on("b.md", Spot("x", 3, 4, 5, 6), "wrong", "fix it") == Finding(
        "a-rule", "warning", "b.md", 3, 4, 5, 6, "wrong", "fix it", True
    )


@pytest.mark.parametrize("severity", ["error", "note", None])
def test_a_case_can_have_another_severity(severity: str | None) -> None:
    finding = RULE.at(SOURCE, Span(0, 1), "m", "h", severity)  # type: ignore[arg-type]
    assert finding.severity == (severity or "warning")
    finding = RULE.on("a", Spot("", 1, 1, 1, 1), "m", "h", severity)  # type: ignore[arg-type]
    assert finding.severity == (severity or "warning")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", "`a`"),
        ("", "``"),
        ("a\n  b\tc", "`a b c`"),
        ("x" * 80, "`" + "x" * 80 + "`"),
        ("x" * 81, "`" + "x" * 79 + "…`"),
    ],
)
def test_quoted_texts(text: str, expected: str) -> None:
    assert shown(text) == expected
