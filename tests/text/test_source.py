"""Sources: what bytes say, what is wrong with them, and where in lines and columns a character
stands.
"""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge.text.source import Source, Span

TEXTS = st.text(st.sampled_from("ab\n\r\t é\u2028\U0001f600\x0b"), max_size=60)


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_a_byte_order_mark_decides_the_encoding_and_is_not_text(mark: bytes, encoding: str) -> None:
    source = Source.of("a.md", mark + "ä\n\U0001f600b".encode(encoding))
    assert source.text == "ä\n\U0001f600b"
    assert (source.mark, source.encoding, source.problem) == (mark, encoding, None)
    assert source.position(source.text.index("b")) == (2, 2)


def test_without_a_mark_it_is_utf_8() -> None:
    source = Source.of("a.md", "größe".encode())
    assert (source.text, source.encoding, source.mark, source.problem) == (
        "größe",
        "utf-8",
        b"",
        None,
    )


def test_an_empty_file_is_empty_text() -> None:
    source = Source.of("a.md", b"")
    assert (source.text, source.problem) == ("", None)
    assert source.position(0) == (1, 1)
    assert source.line_text(1) == ""


def test_a_file_of_a_mark_alone_is_empty_text() -> None:
    assert Source.of("a.md", codecs.BOM_UTF8).text == ""


@pytest.mark.parametrize(
    ("data", "byte", "offset"),
    [(b"ab\xff\xfecd", 2, 2), (codecs.BOM_UTF8 + "ä".encode() + b"\xff", 5, 1), (b"\xc3", 0, 0)],
)
def test_bytes_that_are_not_utf_8_are_named_and_kept(data: bytes, byte: int, offset: int) -> None:
    source = Source.of("a.md", data)
    assert source.problem == f"byte {byte} is not UTF-8"
    assert source.problem_offset == offset
    assert source.mark + source.text.encode("utf-8", "surrogateescape") == data


def test_half_a_utf_16_character_is_named() -> None:
    source = Source.of("a.md", codecs.BOM_UTF16_LE + "ab".encode("utf-16-le") + b"\x61")
    assert source.problem == "byte 6 is not UTF-16-LE"
    assert source.text.startswith("ab")


def test_a_nul_makes_it_no_text() -> None:
    source = Source.of("a.md", b"a\nb\0c")
    assert source.problem is not None
    assert "NUL" in source.problem
    assert source.position(source.problem_offset) == (2, 2)


def test_a_line_ends_before_its_carriage_return() -> None:
    source = Source.of("a.md", b"one\r\ntwo\r\n")
    assert [source.line_text(line) for line in (1, 2, 3)] == ["one", "two", ""]
    assert source.position(source.text.index("two")) == (2, 1)


def test_reading_a_file_keeps_its_path(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"x")
    assert Source.read(tmp_path, "a.md").path == "a.md"
    with pytest.raises(OSError, match="missing"):
        Source.read(tmp_path, "missing.md")


@settings(deadline=None)
@given(TEXTS, st.integers(0, 60))
def test_positions_count_code_points_from_1(text: str, at: int) -> None:
    offset = min(at, len(text))
    before = text[:offset]
    expected = (before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)
    assert Source.of("a.md", text.encode()).position(offset) == expected


@settings(deadline=None)
@given(TEXTS)
def test_lines_are_those_between_line_feeds(text: str) -> None:
    source = Source.of("a.md", text.encode())
    lines = text.split("\n")
    assert [source.line_text(number) for number in range(1, len(lines) + 1)] == [
        line.rstrip("\r") for line in lines
    ]


@settings(deadline=None)
@given(st.binary(max_size=80))
def test_any_bytes_can_be_read(data: bytes) -> None:
    source = Source.of("a.md", data)
    line, column = source.position(min(source.problem_offset, len(source.text)))
    assert line >= 1
    assert column >= 1


def test_a_finding_has_its_place_and_no_inner_flag_in_json() -> None:
    source = Source.of("a.md", b"one\ntwo three\n")
    finding = source.finding("rule", "error", Span(8, 13), "wrong", "mend it", blocks=True)
    assert (finding.line, finding.column, finding.end_line, finding.end_column) == (2, 5, 2, 10)
    assert finding.blocks
    assert finding.as_data() == {
        "rule": "rule",
        "severity": "error",
        "path": "a.md",
        "line": 2,
        "column": 5,
        "end_line": 2,
        "end_column": 10,
        "message": "wrong",
        "hint": "mend it",
    }
