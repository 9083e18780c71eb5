"""Real plan files, if they are available: each loads, with the steps that the reference scanner
finds.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path

import pytest

from forge.planning.plan.plan import Plan, load
from forge.text.source import Source
from tests.conftest import ROOT

CORPUS = ROOT.parent / "shared/corpus"
REFERENCE = re.compile(
    r"^[ \t]*<task((?:\s[^>]*)?)>(.*?)(?:</task>[ \t]*\r?$|(?=^[ \t]*<task[\s>])|\Z)", re.M | re.S
)
EIGHTHS = 8

pytestmark = pytest.mark.skipif(
    not (CORPUS / "plans").is_dir(), reason="the corpus of real plans is not at ../shared/corpus"
)


def plans() -> list[Path]:
    return [
        Path(folder, name)
        for folder, folders, files in os.walk(CORPUS / "plans")
        for name in sorted(files)
        if not folders.sort()
    ]


def read(path: Path) -> tuple[Plan, int]:
    """Load a plan, read all of it, and compare its steps with the reference; return it with the
    number of its tasks.
    """
    plan = load(Source.of(path.name, path.read_bytes()), "01-01")
    tasks = REFERENCE.findall(plan.source.text)
    if tasks:
        assert [step.text for step in plan.steps] == [body for _, body in tasks], path
    for step in plan.steps:
        assert step.name, path
        assert all(check.text.strip() for check in step.checks), path
        assert (step.files, step.references, step.options, step.calls_runner) is not None
    assert all(item.statement is not None for item in plan.must_haves), path
    assert all(finding.line >= 1 and finding.column >= 1 for finding in plan.findings), path
    plan.write_scope.covers("a/b.c")
    assert (plan.title, plan.verification, plan.references, plan.announced_deletes) is not None
    return plan, len(tasks)


def test_every_eighth_plan_loads() -> None:
    paths = plans()
    assert paths
    for path in paths[::EIGHTHS]:
        read(path)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(1, EIGHTHS))
def test_every_other_plan_loads(part: int) -> None:
    for path in plans()[part::EIGHTHS]:
        read(path)


@pytest.mark.slow
def test_the_corpus_is_the_measured_one() -> None:
    loaded = [load(Source.of(path.name, path.read_bytes()), "01-01") for path in plans()]
    rules = Counter(rule for plan in loaded for rule in {finding.rule for finding in plan.findings})
    assert len(loaded) == 1878
    assert sum(len(REFERENCE.findall(plan.source.text)) for plan in loaded) == 4174
    assert sum(len(plan.steps) for plan in loaded if REFERENCE.search(plan.source.text)) == 4174
    assert rules["front-matter-missing"] + rules["front-matter-unclosed"] == 54
    assert rules["front-matter-yaml"] == 28
