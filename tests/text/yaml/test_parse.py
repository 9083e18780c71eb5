"""YAML: the meaning and the position of each value; no text raises anything but YamlProblem."""

from __future__ import annotations

import textwrap
import warnings
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge.text.yaml import parse as yaml
from forge.text.yaml.parse import Value, YamlProblem, parse

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False),
    st.text(st.characters(), max_size=12),
    st.sampled_from(
        [
            "08",
            "yes",
            "null",
            "~",
            "1e3",
            "a: b",
            "- x",
            "# no",
            "'",
            '"',
            "0o17",
            " ",
            "a\n b\n",
            "=",
            "<<",
        ]
    ),
)
KEYS = st.one_of(
    st.sampled_from(["a", "b", "plan", "must_haves", "08", "true", "? x", "a: b"]),
    st.text("ab é\n'", max_size=5),
)
DATA = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4)),
)


def scalars(value: Value) -> Iterator[Value]:
    """Yield the scalars of a value, depth first."""
    if isinstance(value.data, dict):
        for _, below in value.items():
            yield from scalars(below)
    elif isinstance(value.data, list):
        for below in value.data:
            yield from scalars(below)
    else:
        yield value


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("08", 8),
        ("0o17", 15),
        ("0x1F", 31),
        ("+5", 5),
        ("-5", -5),
        ("5.3", 5.3),
        ("1e3", 1000.0),
        ("true", True),
        ("False", False),
        ("yes", "yes"),
        ("on", "on"),
        ("~", None),
        ("null", None),
        ("''", ""),
        ("'08'", "08"),
        ("2026-11-20", "2026-11-20"),
        ("!!str 5", "5"),
        ("!!python/object/apply:os.system [x]", ["x"]),
        (".inf", float("inf")),
        ("12:30:45", "12:30:45"),
        ("1" * 5000, "1" * 5000),
        ("%YAML 1.1\n--- yes", True),
    ],
)
def test_scalars_have_their_types_of_yaml_1_2(text: str, data: object) -> None:
    assert parse(text).plain() == data


def test_the_written_text_stays_at_hand() -> None:
    value = parse("plan: 08\nname: 'x'\n")
    plan, name = value.get("plan"), value.get("name")
    assert plan is not None
    assert name is not None
    assert (plan.raw, plan.data) == ("08", 8)
    assert name.raw == "x"


def test_an_empty_document_is_an_empty_mapping() -> None:
    assert parse("").plain() == {}
    assert parse("# nothing\n").plain() == {}


def test_lists_scalars_and_null_read_as_lists() -> None:
    top = parse("many: [a, {b: c}, 08]\none: x\nnone:\n")
    assert [value.texts() for _, value in top.items()] == [["a", "08"], ["x"], []]
    assert [len(value.elements()) for _, value in top.items()] == [3, 1, 0]
    assert top.get("many").get("a") is None  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "text",
    [
        "plain value",
        "'single ''quoted'''",
        '"double \\" \\n"',
        "08",
        "true",
        "~",
        "|\n  block\n  text\n",
        ">-\n  folded\n  text\n",
        "a value  # and a comment",
        "\U0001f600 astral",
        "*missing",
        "&anchor value",
        "!!str tagged",
    ],
)
def test_the_span_of_a_scalar_is_its_characters(text: str) -> None:
    written = text.partition("  #")[0].rstrip()
    document = f"# first\nbefore: \U0001f600\nkey: {text}\n"
    if written == "*missing":
        document = f"missing: &missing x\n{document}"
        written = "&missing x"
    value = parse(document, offset=7).get("key")
    assert value is not None
    assert document[value.span.start - 7 : value.span.end - 7] == written


def test_the_span_of_a_key_is_the_key() -> None:
    text = "a: 1\r\n'b c': {d: 2}\r\n"
    top = parse(text)
    assert {key: text[span.start : span.end] for key, span in top.keys.items()} == {
        "a": "a",
        "b c": "'b c'",
    }


@settings(deadline=None, max_examples=150)
@given(st.dictionaries(KEYS, DATA, max_size=5))
def test_what_is_dumped_reads_back_and_every_span_holds_its_scalar(data: dict[str, object]) -> None:
    text = yaml.dump(data)
    top = parse(text)
    assert top.plain() == data
    for value in scalars(top):
        written = text[value.span.start : value.span.end]
        if written[:1] in ("'", '"'):
            assert parse(f"[{written}]").plain() == [value.data]
        elif "\n" not in written and written[:1] != "|":
            assert written == value.raw


@pytest.mark.parametrize(
    "text", ["a\x85b", "a\u2028b", "a\rb", "\ufeff", "\x1b[0m", "\udc80", "a\0b", "\x7f"]
)
def test_characters_that_yaml_does_not_print_survive(text: str) -> None:
    written = yaml.dump({"a": text}).encode()
    assert parse(written.decode()).plain() == {"a": text}


def test_dump_keeps_the_order_of_keys_and_does_not_fold_lines() -> None:
    text = yaml.dump({"b": "word " * 200 + "end", "a": ["x"]})
    assert list(parse(text).plain()) == ["b", "a"]  # type: ignore[call-overload]
    assert len(text.splitlines()) == 3


@settings(deadline=None, max_examples=300)
@given(
    st.text(
        st.one_of(st.sampled_from("{}[]:,-?&*!|>'\"%@`# \t\n\rab1<.~"), st.characters()),
        max_size=40,
    )
)
def test_any_text_reads_or_is_a_problem_with_a_place(text: str) -> None:
    try:
        value = parse(text)
    except YamlProblem as problem:
        assert problem.message
        assert 0 <= problem.offset <= len(text) + 1
    else:
        assert 0 <= value.span.start <= value.span.end <= len(text)
        value.plain()


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "`a` appears a second time"),
        ("a:\n\tb: 1\n", 2, "\\t"),
        ("a: [1\n", 2, "expected"),
        ('a: "\\d"\n', 1, "escape"),
        ("a: b: c\n", 1, "mapping values"),
        ("a: `b`\n", 1, "cannot start"),
        ("a: *b\n", 1, "undefined alias"),
        ("a: 1\n---\nb: 2\n", 2, "document"),
        ("? [1, 2]\n: x\n", 1, "a key is a list"),
        ('a: "b" c\n', 1, "expected"),
    ],
)
def test_invalid_yaml_is_reported_with_its_place(text: str, line: int, words: str) -> None:
    with pytest.raises(YamlProblem, match=words.replace("\\t", r"\\t")) as caught:
        parse(text)
    assert text[: caught.value.offset].count("\n") + 1 == line


def test_anchors_aliases_and_merge_keys_are_values() -> None:
    text = textwrap.dedent("""\
        base: &base {a: 1, b: 2}
        copy: *base
        more:
          <<: *base
          b: 3
    """)
    assert parse(text).plain() == {
        "base": {"a": 1, "b": 2},
        "copy": {"a": 1, "b": 2},
        "more": {"a": 1, "b": 3},
    }


def test_an_anchor_given_twice_is_silent() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert parse("a: &x 1\nb: &x 2\nc: *x\n").plain() == {"a": 1, "b": 2, "c": 2}


def test_a_document_that_expands_without_end_is_a_problem() -> None:
    laughs = "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9) if n else 'lol'}]\n" for n in range(12)
    )
    with pytest.raises(YamlProblem, match="expands to more"):
        parse(laughs)


def test_a_document_that_holds_itself_is_a_problem() -> None:
    with pytest.raises(YamlProblem):
        parse("a: &a [*a, *a]\n")


@pytest.mark.timeout(20)
@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? ", "[{b: "])
def test_deep_nesting_is_a_problem_and_takes_no_time(opening: str) -> None:
    with pytest.raises(YamlProblem):
        parse(opening * 100_000)


def test_usual_nesting_is_allowed() -> None:
    assert parse("[" * 60 + "]" * 60).plain() is not None
