"""Findings for people: carets below the characters, and no control character of a file."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forge.front.cli.formats import Sheet
from forge.front.cli.formats import render as lines_in
from forge.front.cli.formats.text import excerpt
from forge.front.cli.output import rendered
from forge.text.finding import Finding


def finding(
    column: int, end: int, *, end_line: int = 3, message: str = "it is wrong", hint: str = "fix it"
) -> Finding:
    return Finding("a-rule", "error", "a/b.md", 3, column, end_line, end, message, hint)


def render(form: str, sheet: Sheet) -> str:
    return rendered(lines_in(form, sheet))


def width(text: str) -> int:
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


@pytest.mark.parametrize(
    ("line", "column", "end", "under", "carets"),
    [
        ("key: value", 6, 11, "value", 5),
        ("全角: x", 5, 6, "x", 1),
        ("a: 全角", 4, 6, "全角", 4),
        ("\t\tkey: x", 8, 9, "x", 1),
        ("e\u0301a: x", 6, 7, "x", 1),
        ("😀 `x`", 3, 4, "`", 1),
        ("a\x1b[31mb x", 9, 10, "x", 1),
        ("a \udc80 x", 5, 6, "x", 1),
        ("x" * 500 + "HERE" + "y" * 500, 501, 505, "HERE", 4),
        ("abc", 4, 4, "", 1),
        ("a\u202eb x", 5, 6, "x", 1),
    ],
)
def test_the_carets_are_below_the_characters(
    line: str, column: int, end: int, under: str, carets: int
) -> None:
    shown, caret = excerpt(line, finding(column, end))
    before = len(caret) - len(caret.lstrip())
    assert caret.strip() == "^" * carets
    at = next(
        place
        for place in range(len(shown) + 1)
        if width(shown[:place]) == before and shown[place:].startswith(under)
    )
    assert shown[at:].startswith(under)
    assert width(shown) <= 260 and shown.isprintable()


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=300), st.integers(1, 310), st.integers(0, 40))
def test_any_line_is_shown_printable_and_bounded(line: str, column: int, length: int) -> None:
    shown, caret = excerpt(line, finding(column, column + length))
    assert all(char.isprintable() for char in shown)
    assert len(shown) <= 122 * 4 and set(caret) <= {" ", "^"}
    assert bool(shown) is bool(line.strip()) and bool(caret) is bool(shown)


def test_a_finding_over_several_lines_is_marked_to_the_end_of_the_first() -> None:
    assert excerpt("one two", finding(5, 2, end_line=9)) == ("one two", "    ^^^")


def test_a_finding_has_its_place_its_line_its_carets_and_its_hint() -> None:
    sheet = Sheet([finding(1, 4)], [("a/b.md", "plan")], {("a/b.md", 3): "key: x"}, "1 files")
    assert (
        render("text", sheet)
        == "a/b.md:3:1: error a-rule it is wrong\n    key: x\n    ^^^\n    fix it\n1 files"
    )


def test_text_from_a_file_cannot_move_the_cursor() -> None:
    output = render("text", Sheet([finding(1, 2, message="a\x1b[2J\nb\u202e", hint="c\rd\udc80")]))
    assert all(char.isprintable() for line in output.split("\n") for char in line)
    assert output.count("\n") == 1


def test_colors_only_if_they_are_wanted() -> None:
    lines = {("a/b.md", 3): "  key: x"}
    plain = render("text", Sheet([finding(3, 6)], lines=lines))
    colored = render("text", Sheet([finding(3, 6)], lines=lines, color=True))
    assert "\x1b" not in plain and "\x1b[31m" in colored and "\n      \x1b[31m^^^" in colored
