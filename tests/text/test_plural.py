"""Counts in words."""

from __future__ import annotations

import pytest

from forge.text.plural import amount


@pytest.mark.parametrize(
    ("number", "noun", "expected"),
    [
        (0, "file", "0 files"),
        (1, "file", "1 file"),
        (2, "file", "2 files"),
        (11, "line", "11 lines"),
        (-1, "step", "-1 steps"),
    ],
)
def test_a_number_with_its_noun(number: int, noun: str, expected: str) -> None:
    assert amount(number, noun) == expected
