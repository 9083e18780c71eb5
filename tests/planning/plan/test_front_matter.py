"""Where front matter is, and what is reported of a broken one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forge.planning.plan.front_matter import front_matter, read
from forge.text.source import Source


def source(text: str) -> Source:
    return Source.of("01-01-PLAN.md", text.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize(
    ("text", "front", "body"),
    [
        ("---\na: 1\n---\nbody", "a: 1\n", "body"),
        ("---\r\na: 1\r\n---\r\nbody", "a: 1\r\n", "body"),
        ("---\n---\nbody", "", "body"),
        ("---  \na: 1\n---", "a: 1\n", ""),
        ("# Title\n\n---\nphase: 1\n---\nbody", "phase: 1\n", "body"),
    ],
)
def test_closed_front_matter(text: str, front: str, body: str) -> None:
    place, start = front_matter(source(text))
    assert place is not None and text[place.start : place.end] == front
    assert text[start:] == body


@pytest.mark.parametrize(
    ("text", "front"),
    [
        ("---\na: 1\n", "a: 1\n"),
        ("---\na: 1\n<task>\n", "a: 1\n"),
        ("---\na: 1\n# Title\n", "a: 1\n"),
    ],
)
def test_front_matter_that_is_never_closed_ends_at_the_body(text: str, front: str) -> None:
    place, start = front_matter(source(text))
    assert place is not None and text[place.start : place.end] == front and start == 0


@pytest.mark.parametrize("text", ["", "# Title\n", "--\na: 1\n--\n", "text\n---\nother: 1\n---\n"])
def test_text_without_front_matter(text: str) -> None:
    assert front_matter(source(text)) == (None, 0)


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("---\nphase: 1\n---\n", []),
        ("# Title\n", ["front-matter-missing"]),
        ("words\n---\nphase: 1\n---\n", ["front-matter-missing"]),
        ("---\nphase: 1\n", ["front-matter-unclosed"]),
        ("---\n- a\n---\n", ["front-matter-shape"]),
        ("---\nphase: 1\nphase: 2\n---\n", ["front-matter-yaml"]),
        ("---\nphase: @a\n---\n", ["front-matter-yaml"]),
    ],
)
def test_mistakes_are_findings(text: str, rules: list[str]) -> None:
    front = read(source(text))
    assert [finding.rule for finding in front.findings] == rules
    assert all(finding.message and finding.hint for finding in front.findings)


def test_a_broken_line_is_repaired_and_the_hint_shows_how() -> None:
    front = read(source("---\nphase: 1\ntitle: `a`: b\n---\n"))
    (finding,) = front.findings
    assert (finding.rule, finding.line) == ("front-matter-yaml", 3)
    assert front.values.get("phase") is not None, "the other keys are read"


def test_values_have_places_in_the_whole_text() -> None:
    text = "---\nphase: 1\n---\nbody"
    value = read(source(text)).values.get("phase")
    assert value is not None and text[value.span.start : value.span.end] == "1"


@given(st.text(st.sampled_from("-\n\rab: []{}#<`'\"@"), max_size=60))
def test_any_text_has_front_matter_or_none(text: str) -> None:
    front = read(source(text))
    assert isinstance(front.values.data, dict)
    place, start = front_matter(source(text))
    assert 0 <= start <= len(text)
    assert place is None or 0 <= place.start <= place.end <= len(text)
    assert front.closed == (start > 0)
