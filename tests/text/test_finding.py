"""Findings and source locations as plain data."""

from __future__ import annotations

import pytest

from forge.text.finding import Finding
from forge.text.location import TOP, Spot
from forge.text.source import Source, Span

SOURCE = Source.of("a.md", "eins\nzwei drei\nüö全\n".encode())


def test_a_finding_as_json_has_no_internal_fields() -> None:
    finding = Finding("r", "error", "a.md", 1, 2, 3, 4, "wrong", "fix it", True)
    assert finding.as_data() == {
        "rule": "r",
        "severity": "error",
        "path": "a.md",
        "line": 1,
        "column": 2,
        "end_line": 3,
        "end_column": 4,
        "message": "wrong",
        "hint": "fix it",
    }


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (0, 4, ("eins", 1, 1, 1, 5)),
        (5, 9, ("zwei", 2, 1, 2, 5)),
        (0, 9, ("eins\nzwei", 1, 1, 2, 5)),
        (4, 4, ("", 1, 5, 1, 5)),
        (15, 18, ("üö全", 3, 1, 3, 4)),
        (9, 5, ("", 2, 5, 2, 5)),
    ],
)
def test_a_spot_of_a_span(start: int, end: int, expected: tuple[object, ...]) -> None:
    assert tuple(Spot.of(SOURCE, Span(start, end))) == expected


def test_a_spot_can_have_another_text() -> None:
    assert Spot.of(SOURCE, Span(0, 4), "one") == Spot("one", 1, 1, 1, 5)
    assert Spot.of(SOURCE, Span(0, 4), "").text == ""


def test_the_top_of_a_document() -> None:
    assert TOP == ("", 1, 1, 1, 1)
