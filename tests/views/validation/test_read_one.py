"""One document on its own: what is read, and its findings."""

from __future__ import annotations

from pathlib import Path

import pytest

from forge.views.validation.read_one import read
from tests.views.validation.sources import written


@pytest.mark.parametrize(
    ("kind", "path", "text", "rules"),
    [
        (
            "roadmap",
            ".planning/ROADMAP.md",
            "<<<<<<< a\nx\n=======\ny\n>>>>>>> b\n",
            {"conflict-markers"},
        ),
        ("phase", ".planning/phases/01-a/README.md", "text\n", set()),
        ("settings", ".planning/forge.yaml", "limits: 3\n", {"settings"}),
        ("settings", ".planning/forge.yaml", "limit: {}\n", {"settings-key"}),
        ("config", ".planning/config.json", "{}", set()),
    ],
)
def test_findings_of_a_kind(
    tmp_path: Path, kind: str, path: str, text: str, rules: set[str]
) -> None:
    reading = read(kind, tmp_path, written(tmp_path, path, text))
    assert {finding.rule for finding in reading.findings} == rules


def test_a_rule_that_does_not_exist_is_named_with_a_similar_one(tmp_path: Path) -> None:
    text = "rules: {no-stepz: off, zzzzzzzzzz: off}\n"
    reading = read("settings", tmp_path, written(tmp_path, ".planning/forge.yaml", text))
    hints = [finding.hint for finding in reading.findings if "there is no rule" in finding.message]
    assert "did you mean `no-steps`?" in hints and "`forge rules` lists them" in hints
