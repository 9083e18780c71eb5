"""Edits: what is meant changes, every other byte stays, in every encoding."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forge.text.edit import Edit, NotEditable, apply, apply_to_text, newline
from forge.text.source import Source, Span

MARKS = {
    "utf-8": b"",
    "utf-8-sig": codecs.BOM_UTF8,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-le": codecs.BOM_UTF32_LE,
}
CHARACTERS = st.one_of(
    st.sampled_from("ab\r\n\t 全é\U0001f600\u2028"), st.characters(exclude_categories=["Cs"])
)
TEXTS = st.text(CHARACTERS, max_size=40)


patient = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow]
)  # tables of characters are built once


@st.composite
def edited(draw: st.DrawFn, texts: st.SearchStrategy[str] = TEXTS) -> tuple[str, list[Edit]]:
    text = draw(texts.filter(lambda example: not example.startswith("\ufeff")))
    cuts = sorted(
        draw(
            st.lists(st.integers(0, len(text)), max_size=8).filter(
                lambda example: len(example) % 2 == 0
            )
        )
    )
    edits = [
        Edit(Span(start, end), draw(TEXTS))
        for start, end in zip(cuts[::2], cuts[1::2], strict=True)
    ]
    return text, edits


@patient
@given(edited(), st.sampled_from(sorted(MARKS)))
def test_only_what_is_meant_changes(case: tuple[str, list[Edit]], encoding: str) -> None:
    text, edits = case
    coded = "utf-8" if encoding == "utf-8-sig" else encoding
    data = MARKS[encoding] + text.encode(coded)
    source = Source.of("a.md", data)
    expected = MARKS[encoding] + apply_to_text(text, edits).encode(coded)
    assert apply(source, edits) == expected
    assert apply(source, list(reversed(edits))) == expected or len(
        {edit.span for edit in edits}
    ) < len(edits)
    assert apply(source, []) == data


@patient
@given(st.binary(max_size=60), st.data())
def test_bytes_that_do_not_decode_stay(data: bytes, draw: st.DataObject) -> None:
    source = Source.of("a.md", data)
    at = draw.draw(st.integers(0, len(source.text)))
    try:
        changed = apply(source, [Edit(Span(at, at), "X")])
    except NotEditable:
        assert source.encoding != "utf-8"
        return
    inserted = "X".encode(source.encoding)
    places = [
        place
        for place in range(len(changed))
        if changed[:place] + changed[place + len(inserted) :] == data
    ]
    assert len(changed) == len(data) + len(inserted) and places


def test_insertions_at_one_place_keep_their_order() -> None:
    source = Source.of("a.md", b"ab")
    assert (
        apply(source, [Edit(Span(1, 1), "x"), Edit(Span(1, 1), "y"), Edit(Span(1, 2), "")])
        == b"axy"
    )


@pytest.mark.parametrize(
    "spans", [[Span(0, 2), Span(1, 3)], [Span(3, 9)], [Span(2, 1)], [Span(-1, 0)]]
)
def test_edits_that_do_not_fit_are_refused(spans: list[Span]) -> None:
    with pytest.raises(NotEditable):
        apply(Source.of("a.md", b"abcd"), [Edit(span, "") for span in spans])


def test_a_document_that_is_half_of_its_encoding_is_refused() -> None:
    with pytest.raises(NotEditable, match="UTF-16"):
        apply(Source.of("a.md", codecs.BOM_UTF16_LE + b"a\0b\0\xd8"), [Edit(Span(0, 1), "x")])
    with pytest.raises(NotEditable):
        apply(Source.of("a.md", codecs.BOM_UTF16_LE + b"a\0"), [Edit(Span(0, 1), "\udc80")])


def test_the_line_end_of_a_document() -> None:
    assert [newline(Source.of("a", data)) for data in (b"a\r\nb\n", b"a\nb\r\n", b"a", b"\n")] == [
        "\r\n",
        "\n",
        "\n",
        "\n",
    ]
