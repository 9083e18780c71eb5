"""Text that is safe for a terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forge.text.printable import visible


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
