"""Text as YAML scalars: each reads back as the same text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forge.text.yaml import parse as yaml
from forge.text.yaml.scalar import listing, plain, quoted, scalar, typed


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "write the notes",
        "docs/notes.md",
        "a-b_c",
        "Add `forge status`",
        "a: b".replace(": ", ":"),
        "01-start",
        "-x",
        "größe",
        "x#y",
        "a's",
    ],
)
def test_plain_texts(text: str) -> None:
    assert plain(text) and scalar(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        " a",
        "a ",
        "a: b",
        "a:",
        "a #b",
        "# a",
        "- a",
        "? a",
        "[a]",
        "{a}",
        "'a'",
        '"a"',
        "`a`",
        "@a",
        "%a",
        "&a",
        "*a",
        "!a",
        "|",
        ">",
        "---",
        "... x",
        "a\nb",
        "a\tb",
        "\x85",
        "\u2028",
        "\ufeff",
    ],
)
def test_texts_that_need_quotes(text: str) -> None:
    assert not plain(text)
    assert scalar(text) == quoted(text) and scalar(text).startswith('"')


@pytest.mark.parametrize("text", ["a, b", "a]", "a}", "[", "x:"])
def test_brackets_and_commas_need_quotes_between_brackets(text: str) -> None:
    assert not plain(text, flow=True)


@pytest.mark.parametrize(
    "text",
    [
        "1",
        "01",
        "-1",
        "+1",
        "1.5",
        "1e3",
        ".5",
        "0x1F",
        "0o17",
        "1_000",
        "12:30",
        "2026-11-20",
        "2026-11-20 10:00",
        "true",
        "False",
        "null",
        "NULL",
        "~",
        ".inf",
        "-.inf",
        ".nan",
        "<<",
        "=",
    ],
)
def test_texts_that_would_be_read_as_another_type(text: str) -> None:
    assert typed(text)
    assert scalar(text) == f'"{text}"'
    assert scalar(text, as_text=False) == (text if plain(text) else f'"{text}"')


@pytest.mark.parametrize("text", ["1a", "v1", "true story", "nullable", "1.2.3", "yes!", "2026-x"])
def test_texts_that_stay_texts(text: str) -> None:
    assert not typed(text)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ([], "[]"),
        (["a"], "[a]"),
        (["a", "b c"], "[a, b c]"),
        (["a, b", "1"], '["a, b", "1"]'),
        ([""], '[""]'),
        (["?0", "a?"], '["?0", a?]'),
    ],
)
def test_a_list_on_one_line(texts: list[str], expected: str) -> None:
    assert listing(texts) == expected
    assert yaml.parse(f"k: {expected}").get("k").texts() == texts  # type: ignore[union-attr]


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(TEXTS)
def test_every_text_reads_back(text: str) -> None:
    for written in (scalar(text), quoted(text)):
        value = yaml.parse(f"key: {written}\n").get("key")
        assert value is not None and value.data == text
        assert "\n" not in written


@given(st.lists(TEXTS, max_size=4))
def test_every_list_reads_back(texts: list[str]) -> None:
    value = yaml.parse(f"key: {listing(texts)}\n").get("key")
    assert value is not None and value.plain() == texts
