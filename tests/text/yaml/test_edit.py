"""Keys of a mapping are set and removed by editing their own lines."""

from __future__ import annotations

import pytest

from forge.text.edit import NotEditable
from forge.text.source import Source, Span
from forge.text.yaml.edit import Block
from forge.text.yaml.parse import YamlProblem


def block(text: str) -> Block:
    source = Source.of("a.yaml", text.encode())
    return Block.of(source, Span(0, len(source.text)))


@pytest.mark.parametrize(
    ("text", "key", "value", "expected"),
    [
        ("a: 1\nb: 2\n", "a", "3", "a: 3\nb: 2\n"),
        ("a: 1 # why\nb: 2\n", "a", "3", "a: 3 # why\nb: 2\n"),
        ("a: 1\n", "c", "x", "a: 1\nc: x\n"),
        ("a: 1", "c", "x", "a: 1\nc: x"),
        ("a: 1\r\nb: 2\r\n", "c", "x", "a: 1\r\nb: 2\r\nc: x\r\n"),
        ("a:\nb: 2\n", "a", "x", "a: x\nb: 2\n"),
        ("a: |\n  one\n  two\nb: 2\n", "a", "x", "a: x\nb: 2\n"),
        ("a:\n  - one\n  - two\nb: 2\n", "a", "x", "a: x\nb: 2\n"),
        ("a: old\n", "a", "x: y", 'a: "x: y"\n'),
        ("a: 'old'\n", "a", "new", "a: new\n"),
        ("'a b': 1\n", "a b", "2", "'a b': 2\n"),
        ("a: 1\n", "a", "", 'a: ""\n'),
        ("a: 1\n", "a", ["x", "y, z"], 'a: [x, "y, z"]\n'),
        ("a: [x]\n", "a", [], "a: []\n"),
        ("a: 1\n", "a", "1", "a: 1\n"),
        ('a: "2"\n', "a", "2", "a: 2\n"),
    ],
)
def test_a_key_is_set(text: str, key: str, value: str | list[str], expected: str) -> None:
    assert block(text).set(key, value).bytes().decode() == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2", 'a: "2"\n'),
        ("true", 'a: "true"\n'),
        ("x", "a: x\n"),
        ("2026-01-01", 'a: "2026-01-01"\n'),
    ],
)
def test_a_text_stays_a_text(value: str, expected: str) -> None:
    assert block("a: 1\n").set("a", value, as_text=True).bytes().decode() == expected


@pytest.mark.parametrize(
    ("text", "key", "expected"),
    [
        ("a: 1\nb: 2\n", "a", "b: 2\n"),
        ("a: 1\nb: 2\n", "b", "a: 1\n"),
        ("a: 1\nb: 2", "b", "a: 1"),
        ("a: 1\r\nb: 2", "b", "a: 1"),
        ("a: |\n  one\n\n  two\nb: 2\n", "a", "b: 2\n"),
        ("a:\n  x: 1\n  # note\n  y: 2\nb: 2\n", "a", "b: 2\n"),
        ("a: 1 # why\nb: 2\n", "a", "b: 2\n"),
        ("a: 1\n# about b\nb: 2\n", "a", "# about b\nb: 2\n"),
        ("a: 1\n", "missing", "a: 1\n"),
    ],
)
def test_a_key_is_removed(text: str, key: str, expected: str) -> None:
    assert block(text).unset(key).bytes().decode() == expected


@pytest.mark.parametrize(
    ("text", "element", "expected"),
    [
        ("a: [x]\n", "y", "a: [x, y]\n"),
        ("a: [x]\n", "y, z", 'a: [x, "y, z"]\n'),
        ("a:\n  - x\n", "y", "a:\n  - x\n  - y\n"),
        ("a:\n- x\n- 'y' # why\nb: 1\n", "z", "a:\n- x\n- 'y' # why\n- z\nb: 1\n"),
        ("a:\n  - |\n    one\n    two\n", "z", "a:\n  - |\n    one\n    two\n  - z\n"),
        ("a: []\n", "y", "a: [y]\n"),
        ("b: 1\n", "y", "b: 1\na: [y]\n"),
        ("a: [1]\n", "2", 'a: [1, "2"]\n'),
    ],
)
def test_a_list_is_extended(text: str, element: str, expected: str) -> None:
    assert block(text).extend("a", element).bytes().decode() == expected


@pytest.mark.parametrize(
    ("text", "element", "expected"),
    [
        ("a: [x, y]\n", "y", "a: [x]\n"),
        ("a: [x, y]\n", "x", "a: [y]\n"),
        ("a: [x, y, z]\n", "y", "a: [x, z]\n"),
        ("a:\n  - x\n  - y\n", "x", "a:\n  - y\n"),
        ("a:\n  - x\n  - y # why\n", "y", "a:\n  - x\n"),
        ("a: [x]\n", "x", "a: []\n"),
        ("a: [x]\n", "missing", "a: [x]\n"),
        ("b: 1\n", "x", "b: 1\n"),
        ("a: x\n", "x", "a: x\n"),
    ],
)
def test_an_element_is_removed(text: str, element: str, expected: str) -> None:
    assert block(text).shorten("a", element).bytes().decode() == expected


def test_changes_follow_one_another() -> None:
    result = block("a: 1\nb: 2\n").set("c", "3").unset("a").extend("d", "x").extend("d", "y")
    assert result.bytes() == b"b: 2\nc: 3\nd: [x, y]\n"


@pytest.mark.parametrize("text", ["- a\n", "just text\n", "3\n"])
def test_text_that_is_not_a_mapping(text: str) -> None:
    with pytest.raises(NotEditable, match="no mapping of keys"):
        block(text)


def test_text_that_is_not_yaml() -> None:
    with pytest.raises(YamlProblem):
        block("a: b: c\n")


def test_keys_in_brackets_get_no_new_key() -> None:
    with pytest.raises(NotEditable, match="in brackets; add `b` by hand"):
        block("{a: 1}\n").set("b", "2")


@pytest.mark.parametrize("change", [lambda it: it.set("a", "x"), lambda it: it.unset("a")])
def test_an_anchor_that_another_key_uses_is_kept(change: object) -> None:
    with pytest.raises(NotEditable, match="cannot be written without changing something else"):
        change(block("a: &one [x]\nb: *one\n"))  # type: ignore[operator]


def test_a_merged_key_cannot_be_set() -> None:
    with pytest.raises(NotEditable):
        block("base: &b {x: 1}\n<<: *b\n").set("x", "2")


@pytest.mark.parametrize(
    ("text", "taken", "new", "expected"),
    [
        ("a: 01-start\n", 2, "02", "a: 02-start\n"),
        ("a: '01-start'\n", 2, "02", "a: '02-start'\n"),
        ('a: "01-start"\n', 2, "02", "a: 02-start\n"),
        ("a: |\n  01-start\n", 2, "02", "a: |\n  02-start\n"),
    ],
)
def test_the_first_characters_of_a_scalar(text: str, taken: int, new: str, expected: str) -> None:
    whole = block(text)
    value = whole.top.get("a")
    assert value is not None
    assert whole.begin(value, taken, new).bytes().decode() == expected


def test_a_mapping_inside_a_document() -> None:
    text = "---\na: 1\n---\nbody\n"
    source = Source.of("a.md", text.encode())
    inner = Block.of(source, Span(4, 9))
    assert inner.set("b", "2").bytes() == b"---\na: 1\nb: 2\n---\nbody\n"
    assert inner.lines_of("a") == Span(4, 9)


def test_bytes_that_are_not_utf8_stay() -> None:
    source = Source.of("a.md", b"a: 1\n# \xff\n")
    assert Block.of(source, Span(0, 5)).set("a", "2").bytes() == b"a: 2\n# \xff\n"
