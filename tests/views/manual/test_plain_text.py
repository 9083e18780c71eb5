"""Markdown as plain text, piece by piece."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge.views.manual.plain_text import _shared, plain_text


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("# Title\n", "TITLE"),
        ("## Part `x`\n", "PART X"),
        ("### Section\n", "Section"),
        ("**bold** and `code`", "bold and code"),
        ("``a ` b``", "a ` b"),
        ("[a page](runs.md#x)", "a page"),
        ("[a site](https://example.org)", "a site (https://example.org)"),
        ("**[`forge run`](x.md)**", "forge run"),
        ("one\ntwo", "one two"),
        ("one\n\ntwo", "one\n\ntwo"),
        ("```sh\n# no heading\n**x**\n```\n", "    # no heading\n    **x**"),
        ("    indented **code**", "    indented **code**"),
        ("- one\n- two", "- one\n- two"),
    ],
)
def test_blocks_and_marks(markdown: str, text: str) -> None:
    assert plain_text(markdown, 80) == text


def test_a_paragraph_is_wrapped_and_an_item_is_indented() -> None:
    words = " ".join(["word"] * 12)
    assert plain_text(words, 30).splitlines() == ["word " * 5 + "word", "word " * 5 + "word"]
    assert plain_text(f"- {words}", 30).splitlines()[1].startswith("  word")
    assert plain_text(f"10. {words}", 30).splitlines()[1].startswith("    word")


TABLE = "| key | meaning |\n|---|---|\n| `a` | the first |\n| `b` | a \\| b |\n"


def test_a_table_keeps_its_columns() -> None:
    assert plain_text(TABLE, 80).splitlines() == [
        "  key  meaning",
        "  a    the first",
        "  b    a | b",
    ]


def test_a_table_that_is_too_wide_has_its_cells_below_each_other() -> None:
    wide = "| key | meaning |\n|---|---|\n| " + "k" * 30 + " | " + "m" * 30 + " |\n"
    assert plain_text(wide, 40).splitlines()[-2:] == ["  " + "k" * 30, "      " + "m" * 30]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(1, 60), min_size=1, max_size=6), st.integers(0, 100))
def test_columns_share_the_room(wanted: list[int], room: int) -> None:
    widths = _shared(wanted, room)
    assert all(1 <= width <= want for width, want in zip(widths, wanted, strict=True))
    if sum(wanted) <= room:
        assert widths == wanted
    elif room >= len(wanted):
        assert sum(widths) <= room


@settings(max_examples=50, deadline=None)
@given(st.text(alphabet="ab `*[]()|#-\n", max_size=80), st.integers(30, 60))
def test_no_text_breaks_it_and_lines_fit(markdown: str, width: int) -> None:
    try:
        lines = plain_text(markdown, width).splitlines()
    except ValueError:
        assert "|" in markdown, "only a table with uneven rows is not supported"
        return
    for line in lines:
        assert len(line) <= width or "    " in line or len(line.split()) <= 2
