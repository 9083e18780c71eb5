"""The characters of a step's parts."""

from __future__ import annotations

import pytest

from forge.check.rules.places import Finder, opening, part, trimmed
from forge.planning.plan.plan import load
from forge.text.source import Source, Span

TEXT = """---
phase: 01
---
<task id="a">
  <name>One</name>
  <files>a.py, b.py, a.py</files>
  <verify kind="x">
    make &amp;&amp; make test
  </verify>
  <done>open
</task>
"""
SOURCE = Source.of("p/01-01-PLAN.md", TEXT.encode())
STEP = load(SOURCE, "01-01").steps[0]


def text(span: Span) -> str:
    return SOURCE.text[span.start : span.end]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("name", "One"),
        ("files", "a.py, b.py, a.py"),
        ("verify", "\n    make &amp;&amp; make test\n  "),
        ("action", "<task"),
    ],
)
def test_the_content_of_a_part(name: str, expected: str) -> None:
    assert text(part(SOURCE, STEP, name)) == expected


def test_an_unclosed_part_ends_with_the_step() -> None:
    assert text(part(SOURCE, STEP, "done")).startswith("open")


def test_the_opening_of_a_step() -> None:
    assert text(opening(STEP)) == "<task"


@pytest.mark.parametrize(
    ("whole", "start", "end", "expected"),
    [
        ("  a b  ", 0, 7, "a b"),
        ("\n\ta\n", 0, 4, "a"),
        ("   ", 0, 3, ""),
        ("abc", 1, 2, "b"),
        ("", 0, 0, ""),
    ],
)
def test_trimmed_spans(whole: str, start: int, end: int, expected: str) -> None:
    source = Source.of("x", whole.encode())
    span = trimmed(source, Span(start, end))
    assert whole[span.start : span.end] == expected and start <= span.start <= span.end


def test_texts_are_found_one_after_another() -> None:
    finder = Finder(SOURCE, part(SOURCE, STEP, "files"))
    spans = [finder.find(name) for name in ("a.py", "b.py", "a.py")]
    assert [text(span) for span in spans] == ["a.py", "b.py", "a.py"]
    assert spans[0].start < spans[1].start < spans[2].start


def test_a_text_before_the_last_one_is_found_again() -> None:
    finder = Finder(SOURCE, part(SOURCE, STEP, "files"))
    second, first = finder.find("b.py"), finder.find("a.py")
    assert text(first) == "a.py" and text(second) == "b.py"


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("make && make test", "make &amp;&amp; make test"),
        ("make &amp;&amp; make test", "make &amp;&amp; make test"),
        ("make\nsecond line", "make"),
        ("missing", "make &amp;&amp; make test"),
        ("", "make &amp;&amp; make test"),
    ],
)
def test_entities_first_lines_and_missing_texts(wanted: str, expected: str) -> None:
    assert text(Finder(SOURCE, part(SOURCE, STEP, "verify")).find(wanted)) == expected


def test_many_missing_texts_cost_a_bounded_number_of_searches() -> None:
    finder = Finder(SOURCE, part(SOURCE, STEP, "files"))
    for number in range(1000):
        finder.find(f"missing{number}")
    assert finder.searches_left == 0
    assert text(finder.find("b.py")) == "a.py, b.py, a.py"
