"""JSON lines: one value per line; a torn end is distinguished from the lines before it at every
byte.
"""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge.text.jsonl import encode, split

TEXT = st.one_of(st.text(st.characters(), max_size=8), st.sampled_from(["\n", "\u2028", "\udc80"]))
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), TEXT),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
)


def test_a_line_is_compact_utf_8_in_the_order_of_its_keys() -> None:
    assert encode({"b": "größe", "a": [1, None]}) == '{"b":"größe","a":[1,null]}\n'.encode()


@settings(deadline=None)
@given(VALUES)
def test_a_value_is_one_line_and_reads_back(value: object) -> None:
    line = encode(value)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert json.loads(line) == value


@settings(deadline=None, max_examples=50)
@given(st.lists(VALUES, min_size=1, max_size=4))
def test_a_file_cut_at_any_byte_keeps_its_whole_lines(values: list[object]) -> None:
    whole = [encode(value) for value in values]
    raw = b"".join(whole)
    for cut in range(len(raw) + 1):
        lines, torn = split(raw[:cut])
        assert b"".join(line + b"\n" for line in lines) + torn == raw[:cut]
        assert [line + b"\n" for line in lines] == whole[: len(lines)]
        assert b"\n" not in torn


@pytest.mark.parametrize(
    ("raw", "lines", "torn"),
    [
        (b"", [], b""),
        (b"a\n", [b"a"], b""),
        (b"a\nb", [b"a"], b"b"),
        (b"a\n\0\0\0", [b"a"], b"\0\0\0"),
        (b"a\n\0\0\n", [b"a"], b"\0\0\n"),
        (b"a\n\0\n\0\0\nb", [b"a"], b"\0\n\0\0\nb"),
        (b"a\n\n", [b"a", b""], b""),
        (b"\0\nb\n", [b"\0", b"b"], b""),
    ],
)
def test_nul_bytes_at_the_end_are_torn(raw: bytes, lines: list[bytes], torn: bytes) -> None:
    assert split(raw) == (lines, torn)
