"""Lines of YAML that does not parse, and offsets of edited text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge.text.edit import Edit, apply_to_text
from forge.text.source import Span
from forge.text.yaml.lines import Line, likely_indents, line_at, lines_before, whole_value
from forge.text.yaml.offsets import OffsetMap

TEXT = "a: 1\nlist:\n  - one\n  - key: two\n    more\n\nb: 3\r\n"


@pytest.mark.parametrize(
    ("offset", "expected"),
    [
        (0, Line(0, "a: 1")),
        (4, Line(0, "a: 1")),
        (5, Line(5, "list:")),
        (TEXT.index("b: 3"), Line(TEXT.index("b: 3"), "b: 3")),
        (len(TEXT), Line(len(TEXT), "")),
    ],
)
def test_the_line_at_an_offset(offset: int, expected: Line) -> None:
    assert line_at(TEXT, offset) == expected


@pytest.mark.parametrize(
    ("text", "indent", "blank", "parts"),
    [
        ("key: value", 0, False, ("", "", "key", "value")),
        ("  key: value", 2, False, ("  ", "", "key", "value")),
        ("  - key: value", 2, False, ("  ", "- ", "key", "value")),
        ("- - x", 0, False, ("", "- - ", None, "x")),
        ("  - plain", 2, False, ("  ", "- ", None, "plain")),
        ("key:", 0, False, ("", "", "key", "")),
        ('"a b": c', 0, False, ("", "", '"a b"', "c")),
        ("\tkey: v", 1, False, ("\t", "", "key", "v")),
        ("just words: here", 0, False, ("", "", None, "just words: here")),
        ("   ", 3, True, ("   ", "", None, "")),
        ("", 0, True, ("", "", None, "")),
    ],
)
def test_the_parts_of_a_line(
    text: str, indent: int, blank: bool, parts: tuple[str | None, ...]
) -> None:
    line = Line(10, text)
    assert (line.indent, line.blank, line.end) == (indent, blank, 10 + len(text))
    match = line.parts
    assert tuple(match[name] for name in ("indent", "dashes", "key", "value")) == parts


def test_the_lines_before_one_without_blank_ones() -> None:
    last = line_at(TEXT, TEXT.index("b: 3"))
    assert [line.text.strip() for line in lines_before(TEXT, last)] == [
        "more",
        "- key: two",
        "- one",
        "list:",
        "a: 1",
    ]


def test_the_search_backwards_is_bounded() -> None:
    text = "x\n" * 1000
    assert len(list(lines_before(text, line_at(text, len(text))))) == 40


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a:\n- x", 2),
        ("a:\n  - x\n\t- y", 2),
        ("a:\n\tb: 1", 2),
        ("a:\n  b:\n\tc: 1", 4),
        ("a: 1\n\tb: 2", 0),
        ("\ta: 1", 2),
    ],
)
def test_the_likeliest_indentation(text: str, expected: int) -> None:
    assert likely_indents(text, line_at(text, len(text)))[0] == expected


@pytest.mark.parametrize(
    ("text", "start", "expected"),
    [
        ("a: one", 3, "one"),
        ("a: one\n  two\nb: 3", 3, "one\n  two"),
        ("a: one\n\n  two\nb: 3", 3, "one\n\n  two"),
        ("- one\n  two\n- three", 2, "one\n  two"),
        ("- a: one\n    two\n  b: 3", 5, "one\n    two"),
        ("a: one  \nb: 2", 3, "one"),
    ],
)
def test_a_value_with_its_later_lines(text: str, start: int, expected: str) -> None:
    span = whole_value(text, line_at(text, start), start)
    assert text[span.start : span.end] == expected


def changed(text: str, edits: list[Edit]) -> tuple[str, OffsetMap]:
    return apply_to_text(text, edits), OffsetMap().after(edits, len(text))


def test_offsets_after_an_insertion() -> None:
    text, offsets = changed("abcd", [Edit(Span(2, 2), "XY")])
    assert text == "abXYcd"
    assert [offsets.origin(at) for at in range(7)] == [0, 1, 2, 2, 2, 3, 4]


def test_offsets_after_a_deletion() -> None:
    text, offsets = changed("abcd", [Edit(Span(1, 3), "")])
    assert text == "ad" and [offsets.origin(at) for at in range(3)] == [0, 3, 4]


def test_offsets_after_two_rounds_of_edits() -> None:
    text, first = changed("abcd", [Edit(Span(0, 0), "X"), Edit(Span(4, 4), "Y")])
    second = first.after([Edit(Span(1, 2), "ZZ")], len(text))
    assert apply_to_text(text, [Edit(Span(1, 2), "ZZ")]) == "XZZbcdY"
    assert [second.origin(at) for at in range(7)] == [0, 0, 0, 1, 2, 3, 4]


@settings(max_examples=50)
@given(
    st.lists(st.lists(st.integers(0, 12), min_size=2, max_size=2).map(sorted), max_size=3),
    st.text("XY", max_size=3),
)
def test_kept_characters_keep_their_origin(places: list[list[int]], new: str) -> None:
    text, edits, last = "abcdefghijkl", [], 0
    for start, end in sorted(places):
        if start >= last:
            edits.append(Edit(Span(start, end), new))
            last = end
    result, offsets = changed(text, edits)
    for at, char in enumerate(result):
        if char in text:
            assert text[offsets.origin(at)] == char
    assert offsets.origin(len(result)) == len(text)
