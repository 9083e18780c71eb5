"""The scanner of tags, held against the reference pattern, and on the shapes that plans really
have.
"""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from forge.text.source import Span
from forge.text.tags import attributes, children, section, tasks

ORACLE = re.compile(
    r"^[ \t]*<task((?:\s[^>]*)?)>(.*?)(?:(</task>)[ \t]*\r?$|(?=^[ \t]*<task[\s>])|\Z)", re.M | re.S
)
PIECES = st.sampled_from(
    [
        "<task>",
        '<task type="auto">',
        "<task a",
        "<task\n",
        "<tasks>",
        "</task>",
        "</task> \t",
        "</task",
        "</tasks>",
        "\n",
        "\r\n",
        " ",
        "\t",
        "x",
        ">",
        "<",
        "`</task>`",
        "<name>",
        "\n<task>\n",
        "\n</task>\n",
        "  <task id='2'>",
    ]
)
INSIDE = ["<a>", "</a>", "<b x='1'>", "</b>", "\n", " ", "t", "<", ">", "<!--", "</task>"]
DOCUMENTS = st.lists(PIECES, max_size=25).map("".join)


@settings(deadline=None, max_examples=400)
@given(DOCUMENTS)
@example("<task>a</task>b</task>\n<task>")
@example("<task>\n<task a\n<task>x</task>")
@example("<task>x</task>\r\n<task\ny>\n</task>  \r\n")
def test_tasks_are_those_of_the_reference_pattern(document: str) -> None:
    text = document + "\n>"  # the reference assumes that some bracket closes every opening
    expected = [(match[1], match[2], match[3] is not None) for match in ORACLE.finditer(text)]
    named = [
        (attributes(text[tag.span.start : tag.inner.start]), tag.text(text), tag.closed)
        for tag in tasks(text)
    ]
    assert named == [(attributes(written), inner, closed) for written, inner, closed in expected]


@settings(deadline=None, max_examples=200)
@given(DOCUMENTS)
def test_as_many_tasks_as_the_reference_finds(document: str) -> None:
    assert len(list(tasks(document))) == len(ORACLE.findall(document))


@settings(deadline=None, max_examples=200)
@given(DOCUMENTS)
def test_tasks_follow_each_other(document: str) -> None:
    end = 0
    for tag in tasks(document):
        assert (
            end
            <= tag.span.start
            < tag.inner.start
            <= tag.inner.end
            <= tag.span.end
            <= len(document)
        )
        assert document[tag.span.start : tag.inner.start].lstrip().startswith("<task")
        end = tag.span.end


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (' type="auto" tdd=true', {"type": "auto", "tdd": "true"}),
        (
            " type='checkpoint:human-verify' gate = \"blocking\"",
            {"type": "checkpoint:human-verify", "gate": "blocking"},
        ),
        (' depends_on="1, 2"\n id="3"', {"depends_on": "1, 2", "id": "3"}),
        (' title="a &amp; &quot;b&quot;"', {"title": 'a & "b"'}),
        (' empty="" bare', {"empty": ""}),
        (" a=b=c", {"a": "b=c"}),
        (' a="x"b="y"', {"a": "x", "b": "y"}),
        ("", {}),
    ],
)
def test_attributes(written: str, expected: dict[str, str]) -> None:
    assert attributes(written) == expected


def named(text: str, *names: str) -> list[tuple[str, str, bool]]:
    return [
        (tag.name, tag.text(text), tag.closed) for tag in children(text, Span(0, len(text)), names)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<name>a</name>\n<done>b</done>\n", [("name", "a", True), ("done", "b", True)]),
        ("<name>a</name><done>b</done>", [("name", "a", True), ("done", "b", True)]),
        ("  <name>a</name>   <done>b</done>", [("name", "a", True), ("done", "b", True)]),
        ("<name>use </name> in text\nthen</name>\n", [("name", "use </name> in text\nthen", True)]),
        ("<name>only </name> in text", [("name", "only ", True)]),
        ("<name>never\n<done>b</done>", [("name", "never\n", False), ("done", "b", True)]),
        ("<name>never", [("name", "never", False)]),
        ("text <name>a</name>", []),
        (
            "<name>a</name> <!-- note -->\n<done>b</done>",
            [("name", "a", True), ("done", "b", True)],
        ),
        ('<name lang="en">a</name>', [("name", "a", True)]),
        ("<name>List<T> of <done></name>\n", [("name", "List<T> of <done>", True)]),
        ("<names>a</names>", []),
    ],
)
def test_children(text: str, expected: list[tuple[str, str, bool]]) -> None:
    assert named(text, "name", "done") == expected


def test_children_stay_in_their_stretch() -> None:
    text = "<name>a</name>\n<name>b</name>\n"
    inner = Span(text.index("\n") + 1, len(text))
    assert [tag.text(text) for tag in children(text, inner, ("name",))] == ["b"]
    assert [(tag.text(text), tag.closed) for tag in children(text, Span(0, 8), ("name",))] == [
        ("a<", False)
    ]


@settings(deadline=None, max_examples=200)
@given(st.lists(st.sampled_from(INSIDE), max_size=25).map("".join))
def test_children_follow_each_other(text: str) -> None:
    end = 0
    for tag in children(text, Span(0, len(text)), ("a", "b")):
        assert (
            end <= tag.span.start <= tag.inner.start <= tag.inner.end <= tag.span.end <= len(text)
        )
        assert tag.name in ("a", "b")
        assert text[tag.inner.end : tag.span.end] == (f"</{tag.name}>" if tag.closed else "")
        end = tag.span.end


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<goal>\na\n</goal>\nb", "\na\n"),
        ("x <goal>no</goal>\n<goal>yes</goal>", "yes"),
        ("<goal>`</goal>` is a tag\n</goal>", "`</goal>` is a tag\n"),
        ("<goal>never closed", "never closed"),
        ("  <goal>a</goal>  \r\n", "a"),
    ],
)
def test_section(text: str, expected: str) -> None:
    span = section(text, "goal")
    assert span is not None
    assert span.text(text) == expected


def test_no_section() -> None:
    assert section("<goals>x</goals>", "goal") is None
    assert section("<goal>x</goal>", "goal", start=3) is None


MANY = 150_000


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text",
    [
        "<task \n" * MANY,
        "<task>\n" * MANY,
        "<task>x</task>y\n" * MANY,
        "<task\n" * MANY + ">",
        "</task>" * MANY,
        "\t" * MANY,
    ],
    ids=[
        "no bracket",
        "never closed",
        "closed inside a line",
        "one bracket",
        "closed only",
        "blanks",
    ],
)
def test_tasks_take_linear_time(text: str) -> None:
    assert len(list(tasks(text))) <= MANY


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text",
    [
        "<name \n" * MANY,
        "<name>\n" * MANY,
        "<name>a</name>b\n" * MANY,
        "<done>\n<name>\n" * (MANY // 2) + "</done>\n",
    ],
    ids=["no bracket", "never closed", "closed inside a line", "one closed"],
)
def test_children_take_linear_time(text: str) -> None:
    assert len(named(text, "name", "done")) <= MANY


@pytest.mark.timeout(20)
def test_attributes_take_linear_time() -> None:
    assert attributes(" " + "a" * MANY) == {}
    assert attributes(" a=" * MANY) is not None
