"""The must-haves of a plan, in every shape that people write them."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge.planning.plan.must_haves import MustHave, declared
from forge.text.yaml import parse as yaml
from forge.text.yaml.parse import parse


def of(text: str) -> list[MustHave]:
    return declared(parse(textwrap.dedent(text)))


def names_and_statements(text: str) -> list[tuple[str, str]]:
    return [(item.name, item.statement) for item in of(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("must_haves:", []),
        ("must_haves: {}", []),
        ("must_haves:\n  truths:\n  artifacts: []", []),
        ("must_haves:\n  truths: [a, b]", [("truth:1", "a"), ("truth:2", "b")]),
        ("must_haves:\n  truths: just one", [("truth:1", "just one")]),
        (
            "must_haves:\n  truths:\n    - statement: a  b\n    - truth: c",
            [("truth:1", "a b"), ("truth:2", "c")],
        ),
        ("must_haves:\n  truths:\n    - It says: no", [("truth:1", "It says: no")]),
        ("must_haves:\n  truths: [08, true]", [("truth:1", "08"), ("truth:2", "true")]),
        (
            "must_haves:\n  artifacts: [a.py, {path: b.py}]",
            [("artifact:1", "a.py"), ("artifact:2", "b.py")],
        ),
        ("must_haves:\n  artifacts:\n    - {provides: x}", [("artifact:1", "provides: x")]),
        ("must_haves:\n  key_links:\n    - {from: a, to: b}", [("key_link:1", "a -> b")]),
        (
            "must_haves:\n  key_links:\n    - {from: a}\n    - a to b",
            [("key_link:1", "a -> ?"), ("key_link:2", "a to b")],
        ),
        (
            "must_haves:\n  prohibitions:\n    - never x\n    - {statement: y}",
            [("prohibition:1", "never x"), ("prohibition:2", "y")],
        ),
        ("must_haves: [a, b]", [("truth:1", "a"), ("truth:2", "b")]),
        (
            "must_haves:\n  - truths: [a]\n  - artifacts: [b.py]",
            [("truth:1", "a"), ("artifact:1", "b.py")],
        ),
        ("must_haves: a sentence", [("truth:1", "a sentence")]),
        ("must_haves:\n  other: [a]", []),
    ],
)
def test_the_shapes(text: str, expected: list[tuple[str, str]]) -> None:
    assert names_and_statements(text) == expected


def test_must_haves_are_ordered_by_kind_then_by_file() -> None:
    text = """\
        must_haves:
          key_links: [{from: a, to: b}]
          artifacts: [x.py]
          truths: [t]
    """
    assert [item.kind for item in of(text)] == ["truth", "artifact", "key_link"]


def test_only_a_truth_has_a_command() -> None:
    text = """\
        must_haves:
          truths: [{statement: a, verify: "npm test"}, {statement: b}, c]
          artifacts: [{path: a.py, verify: x}]
    """
    assert [item.command for item in of(text)] == ["npm test", None, None, None]


def test_the_written_text_of_a_condition() -> None:
    (item,) = of(
        "must_haves:\n  artifacts: [{path: a.py, min_lines: 010, contains: [a], exports:}]"
    )
    assert item.raw("min_lines") == "010"
    assert item.raw("contains") is None
    assert item.raw("exports") is None
    assert item.raw("absent", "path") == "a.py"


def test_a_must_have_has_its_place() -> None:
    text = "must_haves:\n  truths:\n    - one\n    - two words\n"
    assert [text[item.span.start : item.span.end] for item in of(text)] == ["one", "two words"]


DATA = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                [
                    "truths",
                    "artifacts",
                    "key_links",
                    "prohibitions",
                    "path",
                    "statement",
                    "from",
                    "x",
                ]
            ),
            inner,
        ),
    ),
)


@settings(deadline=None, max_examples=150)
@given(DATA)
def test_any_data_has_must_haves_with_statements(data: object) -> None:
    must_haves = declared(parse(yaml.dump({"must_haves": data})))
    for item in must_haves:
        assert "\n" not in item.statement or item.kind == "artifact"
        assert (item.command, item.span) is not None
    assert len({item.name for item in must_haves}) == len(must_haves)
