"""Roadmaps, requirements and reports of any text are read in linear time and never raise."""

from __future__ import annotations

import json
import time

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forge.planning.gsd.reports import ReportFront
from forge.planning.gsd.requirements import Requirements
from forge.planning.gsd.roadmap import Roadmap
from forge.text.source import Source


def source(text: str) -> Source:
    return Source.of("X.md", text.encode("utf-8", "surrogatepass"))


@given(st.text(st.sampled_from("#|-*[]x Phase1.0AB:\n`<>=~")), st.text())
def test_no_text_raises(shaped: str, free: str) -> None:
    for text in (shaped, free, shaped + free):
        document = source(text)
        for reader in (Roadmap, Requirements, ReportFront):
            read = reader.of(document)
            assert msgspec.json.decode(json.dumps(read), type=reader) == read, (
                "facts survive the cache"
            )


HOSTILE = [
    "a" * 300_000,
    "A-1" * 100_000,
    "A-1-" * 80_000,
    "A.1" * 100_000,
    "Phase 1, " * 40_000,
    "Phases 1-900 " * 20_000,
    "- [ ] " * 50_000,
    "- [x] 1" + ".1" * 100_000,
    "|" * 300_000,
    "**A-01** - " * 30_000,
    " " * 300_000,
    "```\n" * 70_000,
    "#" * 300_000,
    "1-1-" * 80_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:12]))
def test_hostile_documents_take_linear_time(text: str) -> None:
    def spent(text: str) -> float:
        start = time.process_time()
        document = source(text)
        Roadmap.of(document), Requirements.of(document), ReportFront.of(document)
        return time.process_time() - start

    spent(text[:1000])
    tenth, whole = spent(text[: len(text) // 10]), spent(text)
    assert whole < 0.5 or whole < 30 * tenth, f"{tenth:.3f} s for a tenth, {whole:.3f} s for all"
