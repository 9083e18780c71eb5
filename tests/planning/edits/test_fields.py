"""Fields set and removed: only their own lines change, in real plans and in unusual documents."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forge.errors import UsageError
from forge.planning.edits.fields import Change, assignment, block, changed, check, elements, removal
from forge.text.edit import NotEditable
from forge.text.source import Source, Span
from forge.text.yaml import parse as yaml
from forge.text.yaml.edit import Block
from tests.conftest import ROOT

CORPUS = ROOT.parent / "shared/corpus/plans"
SAMPLED = 40
patient = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)

KEYS = st.sampled_from(
    ["status", "title", "a", "b-c", "x y", "'q'", '"d"', "ünï", "1", "depends_on"]
)
VALUES = st.sampled_from(
    [
        " todo",
        "  'quoted'  # why",
        ' "double \\" # no comment"',
        " [a, b]  # list",
        " {a: 1}",
        "",
        " # only a comment",
        " 2",
        "\n  - one\n  # between\n  - two  # behind",
        "\n- one\n-  two",
        "\n  - a: 1\n    b: 2\n  - c",
        " ~",
        "\n  k: v\n  l:\n    - m",
        " |\n  some\n\n  text",
        " >-\n    folded\n    text\n",
        " plain that\n  goes on",
        " &x anchored",
        " [a,\n  b]",
        " '' ",
        " http://a:1/#b",
    ]
)
LINES = st.sampled_from(["", "# a comment", "   # indented", "\t"])
ENCODINGS = {
    "utf-8": b"",
    "utf-8-sig": codecs.BOM_UTF8,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
}


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, bytes]:
    """Return a kind and a document: a plan with front matter, or a mission, in some encoding and
    with some line ends.
    """
    keys = draw(st.lists(KEYS, min_size=1, max_size=5, unique=True))
    lines = [
        line
        for key in keys
        for line in (*draw(st.lists(LINES, max_size=2)), f"{key}:{draw(VALUES)}")
    ]
    body = "\n".join([*lines, *draw(st.lists(LINES, max_size=2))])
    kind = draw(st.sampled_from(["plan", "mission"]))
    end = draw(st.sampled_from(["", "\n"]))
    text = f"---\n{body}\n---\n<objective>\ntext {end}" if kind == "plan" else f"{body}{end}"
    encoding = draw(st.sampled_from(sorted(ENCODINGS)))
    coded = text.replace("\n", draw(st.sampled_from(["\n", "\r\n"]))).encode(
        "utf-8" if encoding == "utf-8-sig" else encoding
    )
    return kind, ENCODINGS[encoding] + coded


def hold(kind: str, data: bytes, value: str) -> int:
    """Set each key of a document and a new one; check that only its lines change. Return how many
    sets were made.
    """
    source = Source.of("a.md", data)
    try:
        whole = block(kind, source)  # type: ignore[arg-type]
    except NotEditable:
        return 0
    made = 0
    new = changed(kind, source, [Change("zz_new", "=", value)])  # type: ignore[arg-type]
    assert added(source, Source.of("a.md", new), whole.place.end) == 1
    assert changed(kind, Source.of("a.md", new), [Change("zz_new", "unset")]) == data  # type: ignore[arg-type]
    for key in whole.top.keys:
        own = whole.lines_of(key)
        try:
            after = whole.set(key, value)
        except NotEditable:
            continue
        made += 1
        read = after.top.get(key)
        assert read is not None and read.raw == value
        text = Source.of("a.md", after.bytes()).text
        assert text[: own.start] == source.text[: own.start]
        rest = source.text[own.end :]
        assert text.endswith(rest) and len(text) - len(rest) >= own.start
        assert text[own.start : len(text) - len(rest)].count("\n") <= source.text[
            own.start : own.end
        ].count("\n")
    return made


def added(before: Source, after: Source, at: int) -> int:
    """Return how many lines were inserted at the end of a block; the text around them is the
    same.
    """
    grown = len(after.text) - len(before.text)
    assert after.text[:at] == before.text[:at] and after.text[at + grown :] == before.text[at:]
    return after.text[at : at + grown].count("\n")


@patient
@given(
    documents(),
    st.sampled_from(
        [
            "done",
            "2",
            "a: b",
            "# x",
            "- y",
            " z ",
            "[q",
            "true",
            "é\u2028",
            "'",
            '"\\',
            "*a",
            "line\nbreak",
        ]
    ),
)
def test_only_the_lines_of_a_key_change(case: tuple[str, bytes], value: str) -> None:
    try:
        hold(*case, value)
    except NotEditable as refused:
        assert "bracket" in str(refused) or "without changing" in str(refused)


def plans() -> list[Path]:
    return sorted(path for path in CORPUS.rglob("*") if path.is_file())


@pytest.mark.skipif(
    not CORPUS.is_dir(), reason="the corpus of real plans is not at ../shared/corpus"
)
def test_some_real_plans_keep_their_bytes() -> None:
    assert sum(hold("plan", path.read_bytes(), "a: b") for path in plans()[::SAMPLED]) > 200


@pytest.mark.slow
@pytest.mark.skipif(
    not CORPUS.is_dir(), reason="the corpus of real plans is not at ../shared/corpus"
)
@pytest.mark.parametrize("part", range(16))
def test_every_real_plan_keeps_its_bytes(part: int) -> None:
    for path in plans()[part::16]:
        hold("plan", path.read_bytes(), "a: b")


def test_lists_change_by_one_line() -> None:
    data = b"---\ndepends_on:\n  - a  # why\n  - 'b'\n# about c\nc: [x, 'y']\n---\n"
    source = Source.of("a.md", data)
    more = changed("plan", source, [Change("depends_on", "+=", "c: d"), Change("c", "+=", "z")])
    assert more == data.replace(b"  - 'b'\n", b"  - 'b'\n  - \"c: d\"\n").replace(
        b"'y']", b"'y', z]"
    )
    again = Source.of("a.md", more)
    assert (
        changed("plan", again, [Change("depends_on", "-=", "c: d"), Change("c", "-=", "z")]) == data
    )
    assert b"  - 'b'\n# about" in changed(
        "plan", source, [Change("depends_on", "-=", "a"), Change("c", "-=", "x")]
    )
    assert changed("plan", source, [Change("depends_on", "-=", "nothing")]) == data


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("2", "2"),
        ("true", "true"),
        ("a b", "a b"),
        ("a: b", '"a: b"'),
        ("", '""'),
        ("# x", '"# x"'),
        ("x #y", '"x #y"'),
        ("-", '"-"'),
        ("- a", '"- a"'),
        ("-a", "-a"),
        ("@a", '"@a"'),
        ("*a", '"*a"'),
        ("'", '"\'"'),
        ("a\nb", '"a\\nb"'),
        ("%a", '"%a"'),
        ("[a]", '"[a]"'),
        ("a,b", "a,b"),
        ("http://a", "http://a"),
        ("a:", '"a:"'),
        (" a", '" a"'),
        ("\u2028", '"\\u2028"'),
    ],
)
def test_a_value_is_plain_if_it_reads_back_as_typed(typed: str, written: str) -> None:
    source = Source.of("a.md", b"---\na: 1\n---\n")
    assert (
        changed("plan", source, [Change("estimate", "=", typed)]).decode()
        == f"---\na: 1\nestimate: {written}\n---\n"
    )


def test_a_title_stays_text() -> None:
    source = Source.of("a.md", b"---\ntitle: x\n---\n")
    assert changed("item", source, [Change("title", "=", "2024")]) == b'---\ntitle: "2024"\n---\n'
    assert changed("item", source, [Change("title", "=", "x")]) == source.data


@pytest.mark.parametrize(
    "text", ["a: &x 1\nb: *x\n", "a: {b: &x 1}\nc: *x\n", "base: &b {k: 1}\na:\n  <<: *b\n"]
)
def test_a_value_that_another_key_uses_is_not_changed(text: str) -> None:
    source = Source.of("a.yaml", text.encode())
    first = next(iter(yaml.parse(text).keys))
    with pytest.raises(NotEditable):
        Block.of(source, Span(0, len(text))).set(first, "new")


@pytest.mark.parametrize("text", ["a: b: c\n", "- a\n", "just text", "a: 1\na: 2\n"])
def test_a_document_that_is_not_a_mapping_is_refused(text: str) -> None:
    with pytest.raises(NotEditable):
        changed("mission", Source.of("a.yaml", text.encode()), [Change("x", "=", "1")])


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("status=done", Change("status", "=", "done")),
        ("a=b=c", Change("a", "=", "b=c")),
        ("a=", Change("a", "=", "")),
        ("tags+=x", Change("tags", "+=", "x")),
        ("tags-=x", Change("tags", "-=", "x")),
        ("k3f", None),
        ("=x", None),
    ],
)
def test_assignments(text: str, change: Change | None) -> None:
    assert assignment(text) == change


@pytest.mark.parametrize("text", ["1a=x", "a b=x", "a/b=x"])
def test_a_key_that_is_not_a_name_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="cannot be a key"):
        assignment(text)
    with pytest.raises(UsageError, match="cannot be a key"):
        removal(text.partition("=")[0])


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ("in progress", "did you mean `in_progress`?"),
        ("Done", "did you mean `done`?"),
        ("zzz", "use one of todo, in_progress, done, blocked"),
    ],
)
def test_a_value_that_its_key_does_not_accept(value: str, hint: str) -> None:
    with pytest.raises(UsageError, match="is not a status of an item") as caught:
        check("item", Change("status", "=", value))
    assert caught.value.hint == hint


def test_values_that_are_accepted() -> None:
    for change in (
        Change("status", "=", "done"),
        Change("status", "unset"),
        Change("mood", "=", "good"),
    ):
        check("item", change)
    with pytest.raises(UsageError, match="`priority` is not a list"):
        check("item", Change("priority", "+=", "P1"))


@pytest.mark.parametrize(
    ("text", "elements_of"),
    [
        ("a, b", ["a", "b"]),
        ("[a, 'b, c']", ["a", "b, c"]),
        ("", []),
        (" , ", []),
        ("[[a], b]", ["[[a]", "b]"]),
    ],
)
def test_lists_as_they_are_typed(text: str, elements_of: list[str]) -> None:
    assert elements(text) == elements_of


def test_a_list_that_is_not_yaml_is_refused() -> None:
    with pytest.raises(UsageError, match="is not a list"):
        elements("[a")
