"""Documents read into structs: every field that does not fit is reported at its place, and the
others are read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta, Struct, field
from msgspec.structs import replace

from forge.text import typed
from forge.text.source import Source
from forge.text.typed import Typed
from forge.text.yaml import parse as yaml

Count = Annotated[int, Meta(ge=0, description="a number, 0 or more")]
Lone = Annotated[tuple[str, ...], Meta(extra={"lone": True})]


class Inner(Struct, frozen=True):
    size: Count = 1
    names: Lone = ()


class Outer(Struct, frozen=True):
    title: str
    color: Literal["red", "blue"] = "red"
    words: tuple[str, ...] = ("default",)
    inner: Inner = field(default_factory=Inner)
    many: Mapping[str, Inner] = field(default_factory=dict)
    levels: Mapping[str, Literal["low", "high"]] = field(default_factory=dict)
    note: str | None = None
    data: dict[str, object] = field(default_factory=dict)


DEFAULT = Outer("none")


def read(text: str, base: Outer | None = DEFAULT, *, exact: bool = False) -> Typed[Outer]:
    return typed.read(Outer, yaml.parse(text), base, exact=exact)


def problems(text: str, *, exact: bool = False) -> list[tuple[str, int, int, str]]:
    source = Source.of("x.yaml", text.encode())
    reading = typed.read(Outer, yaml.parse(source.text), DEFAULT, exact=exact)
    return [
        (".".join(misfit.route), *source.position(misfit.span.start), misfit.message)
        for misfit in reading.misfits
    ]


def test_every_field_is_read() -> None:
    reading = read(
        "title: A\ncolor: blue\nwords: [a, 08]\ninner: {size: 3, names: one}\n"
        "many: {x: {size: 2}}\nlevels: {a: high}\nnote: b\ndata: {k: [1, 2]}\n"
    )
    assert (reading.misfits, reading.unknown, reading.missing) == ([], [], [])
    assert reading.value == Outer(
        "A",
        "blue",
        ("a", "08"),
        Inner(3, ("one",)),
        {"x": Inner(2)},
        {"a": "high"},
        "b",
        {"k": [1, 2]},
    )


@pytest.mark.parametrize("text", ["", "title:\nwords:\ninner:\nmany: {}\n"])
def test_what_is_absent_or_null_keeps_the_value_of_the_base(text: str) -> None:
    assert read(text).value == DEFAULT


def test_without_a_base_the_defaults_of_the_struct_hold() -> None:
    reading = read("title: A\ninner: {size: 2}\n", None)
    assert reading.value == Outer("A", inner=Inner(2))
    assert reading.value.words == ("default",)


def test_a_required_field_that_is_absent_is_missing() -> None:
    reading = read("color: blue\n", None)
    assert reading.value is None and reading.missing == ["title"] and reading.misfits == []


def test_a_required_field_that_does_not_fit_is_not_missing_as_well() -> None:
    reading = read("title: [x]\n", None)
    assert reading.value is None and reading.missing == []
    assert [misfit.message for misfit in reading.misfits] == ["`title` is a text"]


@pytest.mark.parametrize(
    ("text", "route", "line", "column", "message"),
    [
        ("title: [x]", "title", 1, 8, "`title` is a text"),
        ("color: green", "color", 1, 8, "`color` is one of red, blue, not `green`"),
        ("color: [red]", "color", 1, 8, "`color` is one of red, blue"),
        ("words: a", "words", 1, 8, "`words` is a list of texts"),
        ("words: [[a]]", "words", 1, 8, "`words` is a list of texts"),
        ("inner: 3", "inner", 1, 8, "`inner` is a mapping of keys"),
        ("inner:\n  size: -1", "inner.size", 2, 9, "`size` is a number, 0 or more"),
        ("inner: {size: true}", "inner.size", 1, 15, "`size` is a number, 0 or more"),
        ("inner: {names: [{a: b}]}", "inner.names", 1, 16, "`names` is a list of texts"),
        ("many: []", "many", 1, 7, "`many` is a mapping of keys"),
        ("many: {x: 3}", "many.x", 1, 11, "`x` is a mapping of keys"),
        ("many: {x: {size: y}}", "many.x.size", 1, 18, "`size` is a number, 0 or more"),
        ("levels: {a: mid}", "levels.a", 1, 13, "`a` is one of low, high, not `mid`"),
        ("note: [a]", "note", 1, 7, "`note` is a text or nothing"),
        ("data: 3", "data", 1, 7, "`data` is a mapping of keys"),
    ],
)
def test_a_field_that_does_not_fit_is_reported_at_its_value(
    text: str, route: str, line: int, column: int, message: str
) -> None:
    assert problems(text) == [(route, line, column, message)]


def test_every_wrong_field_is_reported_and_the_rest_is_kept() -> None:
    text = (
        "title: []\ncolor: green\nwords: [a]\ninner: {size: x, names: [b]}\nmany: {x: 1, y: {}}\n"
    )
    assert [route for route, *_ in problems(text)] == ["title", "color", "inner.size", "many.x"]
    value = read(text).value
    assert value == replace(DEFAULT, words=("a",), inner=Inner(1, ("b",)), many={"y": Inner()})


@pytest.mark.parametrize("text", ["words: [a, {b: c}, 1]", "words: [[b], a, 1]"])
def test_a_list_keeps_its_entries_that_fit(text: str) -> None:
    assert [message for *_, message in problems(text)] == ["`words` is a list of texts"]
    assert read(text).value == replace(DEFAULT, words=("a", "1"))
    assert read(text, exact=True).value == DEFAULT


def test_entries_of_a_mapping_are_added_to_those_of_the_base() -> None:
    base = replace(DEFAULT, many={"x": Inner(5, ("a",)), "y": Inner(6)}, levels={"a": "low"})
    value = read("many: {x: {size: 1}, z: {}}\nlevels: {b: high}\n", base).value
    assert value is not None
    assert value.many == {"x": Inner(1), "y": Inner(6), "z": Inner()}, "entries are not merged"
    assert value.levels == {"a": "low", "b": "high"}


def test_merged_keys_are_read_too() -> None:
    value = read("many:\n  <<: {x: {size: 2}}\n  y: {}\n").value
    assert value is not None and value.many == {"x": Inner(2), "y": Inner()}


def test_a_nested_struct_is_read_over_that_of_the_base() -> None:
    base = replace(DEFAULT, inner=Inner(7, ("a",)))
    assert read("inner: {size: 8}", base).value == replace(base, inner=Inner(8, ("a",)))


def test_unknown_keys_have_a_place_and_the_name_that_is_near() -> None:
    reading = read("titel: A\nmany:\n  x:\n    sise: 1\n    qq: 2\n")
    unknown = [(".".join(key.route), key.key, key.near) for key in reading.unknown]
    assert unknown == [
        ("titel", "titel", "title"),
        ("many.x.sise", "sise", "size"),
        ("many.x.qq", "qq", None),
    ]
    assert reading.unknown[0].span.start == 0 and reading.unknown[0].names[0] == "title"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title: 3", "`title` is a text"),
        ("title:", "`title` is a text"),
        ("words: [a, 1]", "`words` is a list of texts"),
        ("inner: {names: one}", "`names` is a list of texts"),
        ("inner:", "`inner` is a mapping of keys"),
    ],
)
def test_an_exact_reading_takes_no_scalar_for_a_text(text: str, message: str) -> None:
    assert problems(text) == []
    assert [problem[3] for problem in problems(text, exact=True)] == [message]


def test_an_exact_reading_accepts_null_only_if_it_is_allowed() -> None:
    assert problems("note:", exact=True) == []


@pytest.mark.parametrize("text", ["[]", "words", "3"])
def test_a_document_that_is_not_a_mapping_has_no_fields(text: str) -> None:
    assert read(text).value == DEFAULT
    assert read(text, None).missing == ["title"]


@pytest.mark.parametrize("exact", [True, False])
def test_texts_that_are_not_utf_8_are_kept(exact: bool) -> None:
    text = (
        'title: "\\udce9"\nwords: ["a\\ud800"]\nnote: "\\udfff"\n'
        'data: {"\\udce9": ["\\udce9", 1]}\ncolor: "\\udce9"\n'
        'many: {"\\udce9": {size: "\\udce9"}}\n'
    )
    reading = read(text, exact=exact)
    assert [".".join(misfit.route) for misfit in reading.misfits] == ["color", "many.\udce9.size"]
    assert reading.value == Outer(
        "\udce9",
        words=("a\ud800",),
        note="\udfff",
        data={"\udce9": ["\udce9", 1]},
        many={"\udce9": Inner()},
    )


KEYS = ("title", "color", "words", "inner", "many", "levels", "note", "data", "other")
VALUES = st.sampled_from(["", "1", "red", "[]", "[a, 1]", "{}", "{size: 2}", "{x: {size: y}}", "~"])


@given(st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=5), st.booleans())
def test_any_mapping_is_read_and_every_field_is_kept_or_reported(
    lines: dict[str, str], exact: bool
) -> None:
    text = "".join(f"{key}: {value}\n" for key, value in lines.items())
    reading = read(text, exact=exact)
    assert reading.value is not None
    top_wrong = {problem.route[0] for problem in reading.misfits}
    unknown = {problem.route[0] for problem in reading.unknown}
    assert top_wrong | unknown <= set(lines)
    assert ("other" in lines) == ("other" in unknown)
    for problem in reading.misfits:
        assert text[: problem.span.start].count("\n") == list(lines).index(problem.route[0])
