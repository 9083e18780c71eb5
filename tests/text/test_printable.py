"""Text that is safe for a terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forge.text.printable import folded, visible


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("plain", "plain"),
        ("größe 全 😀", "größe 全 😀"),
        ("a\tb", "a\tb"),
        ("a\nb", "a\nb"),
        ("a\r\nb", "a\nb"),
        ("a\rb", "a<U+000D>b"),
        ("\x1b[31mred", "<U+001B>[31mred"),
        ("\x07", "<U+0007>"),
        ("\x00", "<U+0000>"),
        ("a\u202eb", "a<U+202E>b"),
        ("a\u2066b", "a<U+2066>b"),
        ("\ufeff", "<U+FEFF>"),
        ("\u2028", "<U+2028>"),
        ("\x85", "<U+0085>"),
        ("\xa0", "<U+00A0>"),
        ("\udcff", "<U+DCFF>"),
        ("ok\n\x1b\nok", "ok\n<U+001B>\nok"),
    ],
)
def test_unprintable_characters_are_written_out(text: str, expected: str) -> None:
    assert visible(text) == expected


@given(st.text())
def test_the_result_is_printable_and_stable(text: str) -> None:
    shown = visible(text)
    assert all(char.isprintable() or char in "\n\t" for char in shown)
    assert visible(shown) == shown


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60), st.integers(12, 40))
def test_a_folded_line_fits_and_loses_nothing(text: str, width: int) -> None:
    first, *more = folded(text, width)
    start = more[0][: more[0].index("+ ") + 2] if more else ""
    assert first + "".join(part.removeprefix(start) for part in more) == text
    assert all(part.startswith(f"{start}") and part.startswith("  ") for part in more)
    assert len(first) <= width and all(len(part) <= width for part in more)
