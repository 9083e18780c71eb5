"""Patterns from plan files: linear time, line edges, and text that is not UTF-8."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge.text.pattern import BadPattern, compile_pattern, search, searchable


@pytest.mark.parametrize(
    ("pattern", "text", "span"),
    [
        ("b", "abc", (1, 2)),
        ("^b$", "a\nb\nc", (2, 3)),
        ("a.c", "a\nc abc", (4, 7)),
        ("a.c", "a\nc", (0, 3)),
        ("a.*d", "a\nb\nc\nd", (0, 7)),
        ("x", "abc", None),
        ("ä", "\U0001f600ä", (1, 2)),
        ("(?i)ABC", "xabc", (1, 4)),
        ("a\0b", "xa\0b", (1, 4)),
        ("", "abc", (0, 0)),
        ("a|b", "cb", (1, 2)),
    ],
)
def test_search(pattern: str, text: str, span: tuple[int, int] | None) -> None:
    assert search(pattern, text) == span


@pytest.mark.parametrize(
    "pattern", ["(", "[a", "a{2000}", "(?=a)", r"(a)\1", "*a", "(a{1000}){1000}", "\udc80"]
)
def test_a_pattern_that_re2_refuses_has_a_reason(pattern: str) -> None:
    with pytest.raises(BadPattern) as caught:
        search(pattern, "aaa")
    assert str(caught.value)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "pattern", ["(a*)*b", "(a|a)*b", "(a+)+$b", "(.*a){20}b", "(a?){300}a{300}b", "(?:a|aa)+b"]
)
def test_patterns_that_explode_elsewhere_take_linear_time(pattern: str) -> None:
    assert search(pattern, "a" * 100_000) is None


def test_text_around_invalid_utf_8_is_searched() -> None:
    assert search("b", "a\udc80b") == (2, 3)
    assert searchable("a\udc80b") == "a?b"
    assert searchable("äb") == "äb"


@settings(deadline=None)
@given(
    st.text(st.sampled_from("ab\n."), max_size=6), st.text(st.sampled_from("ab\n."), max_size=12)
)
def test_literal_patterns_are_found_at_their_offset(wanted: str, text: str) -> None:
    at = text.find(wanted)
    assert search(re.escape(wanted), text) == ((at, at + len(wanted)) if at >= 0 else None)


@settings(deadline=None, max_examples=200)
@given(st.text(st.sampled_from("ab()[]{}*+?|^$\\.-1,:<>P=!"), max_size=12), st.text(max_size=12))
def test_any_pattern_is_compiled_or_refused(pattern: str, text: str) -> None:
    try:
        compile_pattern(pattern)
    except BadPattern:
        return
    match = search(pattern, text)
    assert match is None or 0 <= match[0] <= match[1] <= len(text)
