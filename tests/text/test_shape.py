"""Whether plain data has the shape of a record."""

from __future__ import annotations

from typing import ClassVar, Literal

import pytest
from msgspec import Struct, field

from forge.text.shape import fits, misfit, shape_of


class Sample(Struct):
    name: str
    kind: Literal["a", "b"]
    count: int | None = None
    words: list[str] = field(default_factory=list)
    blobs: dict[str, str | None] = field(default_factory=dict)
    anything: object = None
    rule: ClassVar[int] = 1


@pytest.mark.parametrize(
    ("value", "kind", "answer"),
    [
        ("x", str, True),
        (1, str, False),
        (1, int, True),
        (True, int, False),
        (True, bool, True),
        (1, bool, False),
        (1.0, int, False),
        (None, str, False),
        (None, str | None, True),
        ("x", str | None, True),
        (1, str | None, False),
        ("a", Literal["a", "b"], True),
        ("c", Literal["a", "b"], False),
        (True, Literal[1], False),
        ([], list[str], True),
        (["x"], list[str], True),
        (["x", 1], list[str], False),
        ("x", list[str], False),
        ({}, dict[str, int], True),
        ({"a": 1}, dict[str, int], True),
        ({"a": "1"}, dict[str, int], False),
        ({1: 1}, dict[str, int], False),
        ([["x"]], list[list[str]], True),
        ([{"a": None}], list[dict[str, str | None]], True),
        ([1], object, True),
        (True, object, True),
        (True, str | None, False),
        ({"a": [True]}, dict[str, object], True),
    ],
)
def test_fits(value: object, kind: object, answer: bool) -> None:
    assert fits(value, kind) is answer


def test_the_first_field_that_does_not_fit_is_named() -> None:
    assert misfit(Sample, {"name": "x", "kind": "a", "count": 1, "blobs": {"p": None}}) is None
    assert misfit(Sample, {"name": "x", "kind": "z", "count": "1"}) == "kind"
    assert misfit(Sample, {"words": "abc"}) == "words"


def test_other_names_and_absent_fields_are_passed_over() -> None:
    assert misfit(Sample, {"other": 1, "rule": "x"}) is None
    assert misfit(Sample, {}) is None


def test_class_variables_are_no_fields() -> None:
    assert list(shape_of(Sample)) == ["name", "kind", "count", "words", "blobs", "anything"]
