"""Texts of others in Markdown, as a reader of Markdown sees them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from forge.text.markdown import code, fence, inline

READER = MarkdownIt("gfm-like", {"html": True, "linkify": False})
WORDS = "a, ,Fixes #1,@team,GH-7,https://x.org/a,www.x.org,<img src=x>,[a](b),![a](b),mailto:a@b.c"
MARKS = "`,``,|,*,**,_,~~,\\,\n,\n\n,- ,# ,1. ,---,&#64;a,&lt;,<!--,$x$,:x:,!1,\u202e,\x1b,[ ],=,<a"
PIECES = st.sampled_from([*WORDS.split(","), *MARKS.split(",")])


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Task 1: Write it (now), please", "Task 1: Write it (now), please"),
        ("größe – 全 1/2 a_b 50", "größe – 全 1/2 a_b 50"),
        ("two\nlines", "two lines"),
        ("", ""),
        ("*a*", "`*a*`"),
        ("a `b`", "`` a `b` ``"),
        ("a | b", "`a ¦ b`"),
        ("Fixes #1", "`Fixes #1`"),
        ("ask @team", "`ask @team`"),
        ("GH-7", "`GH-7`"),
        ("see https://x.org", "`see https://x.org`"),
        ("see WWW.x.org", "`see WWW.x.org`"),
        ("<img src=x>", "`<img src=x>`"),
        (":white_check_mark: proven", "`:white_check_mark: proven`"),
        ("_a_", "`_a_`"),
        ("12:30:01", "12:30:01"),
        ("- [x] proven", "`- [x] proven`"),
        ("\x1b[2J", "`<U+001B>[2J`"),
        ("owner/repo#1", "`owner/repo#1`"),
        ("a&#64;b", "`a&#64;b`"),
    ],
)
def test_words_stay_words_and_the_rest_is_code(text: str, written: str) -> None:
    assert inline(text) == written


def active(text: str) -> bool:
    """Return whether a page has more than the words, code and table that forge wrote."""
    page = READER.render(text)
    bare = re.sub(r"<code>.*?</code>", "", page, flags=re.S)
    tags = set(re.findall(r"<(\w+)", bare))
    words = re.sub(r"<[^>]*>", "", bare)
    return bool(
        tags - {"p", "table", "thead", "tbody", "tr", "th", "td", "h2", "ul", "ol", "li"}
        or re.search(r"[@#]\w|://|www\.|GH-\d", words)
    )


@given(st.lists(PIECES, max_size=8).map("".join))
def test_a_text_takes_no_effect_wherever_it_is(text: str) -> None:
    shown = inline(text)
    assert not active(f"x {shown} y")
    assert not active(f"## x {shown}")
    page = READER.render(f"| a | b |\n|---|---|\n| {shown} | end |\n")
    assert page.count("<tr>") == 2 and page.count("<td>") == 2 and "<td>end</td>" in page
    assert not active(f"| a | b |\n|---|---|\n| {shown} | end |\n")


@given(st.lists(PIECES, max_size=8).map("".join))
def test_a_fenced_text_stays_in_its_fence(text: str) -> None:
    page = READER.render(fence(text) + "\n\nend\n")
    assert page.count("<pre>") == 1 and page.endswith("<p>end</p>\n")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("plain", "`plain`"),
        ("", ""),
        ("a `b` c", "``a `b` c``"),
        ("`b`", "`` `b` ``"),
        ("a | b", "`a ¦ b`"),
        ("a\n  b", "`a b`"),
    ],
)
def test_inline_code(text: str, written: str) -> None:
    assert code(text) == written


def test_a_fence_is_longer_than_those_inside() -> None:
    assert fence("x\n", "diff") == "```diff\nx\n```"
    assert fence("````\nx\n````") == "`````\n````\nx\n````\n`````"
