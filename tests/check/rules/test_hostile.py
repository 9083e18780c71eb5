"""Merge markers and silencing comments are found in any text, in linear time."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forge.check.rules import allow
from forge.check.rules.documents import conflict
from forge.text.source import Source


def check(text: str) -> None:
    source = Source.of("X.md", text.encode("utf-8", "surrogatepass"))
    list(conflict.check(source))
    list(allow.allows(source))


@given(st.text(st.sampled_from("#<>=| forge:alw-\n`")), st.text())
def test_no_text_raises(shaped: str, free: str) -> None:
    for text in (shaped, free, shaped + free):
        check(text)


@pytest.mark.parametrize(
    "text",
    [
        "<<<<<<< a\n=======\n>>>>>>> b\n" * 10_000,
        "# forge: allow " * 20_000,
        " " * 300_000,
        "#" * 300_000,
        "```\n" * 70_000,
    ],
    ids=lambda text: repr(text[:12]),
)
def test_hostile_texts_take_linear_time(text: str) -> None:
    def spent(text: str) -> float:
        start = time.process_time()
        check(text)
        return time.process_time() - start

    spent(text[:1000])
    tenth, whole = spent(text[: len(text) // 10]), spent(text)
    assert whole < 0.5 or whole < 30 * tenth, f"{tenth:.3f} s for a tenth, {whole:.3f} s for all"
