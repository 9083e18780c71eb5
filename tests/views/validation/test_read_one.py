"""One document on its own: what is read, its findings, and its form in the cache."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from forge.planning.plan.plan import load
from forge.text.finding import Finding
from forge.text.source import Source
from forge.views.validation.read_one import Reading, plain, read
from forge.views.validation.report import Report
from forge.views.validation.severities import apply_severities, by_place, configured_severities
from forge.views.validation.validate import findings_in_plan, plans_among, validate

PLAN = ".planning/phases/01-a/01-01-PLAN.md"
TEXT = "---\nphase: 01-a\nplan: 01\n---\n<task>\n<name>Do</name>\n</task>\n"


def written(root: Path, path: str, text: str) -> Source:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)
    return Source.read(root, path)


def finding(
    rule: str = "a-rule", line: int = 1, severity: str = "error", path: str = "x"
) -> Finding:
    return Finding(rule, severity, path, line, 1, line, 2, "wrong", "fix it", False)  # type: ignore[arg-type]


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
    assert {each.rule for each in reading.findings} == rules


def test_a_rule_that_does_not_exist_is_named_with_a_similar_one(tmp_path: Path) -> None:
    text = "rules: {no-stepz: off, zzzzzzzzzz: off}\n"
    reading = read("settings", tmp_path, written(tmp_path, ".planning/forge.yaml", text))
    hints = [each.hint for each in reading.findings if "there is no rule" in each.message]
    assert "did you mean `no-steps`?" in hints and "`forge rules` lists them" in hints


def test_a_reading_survives_the_cache(tmp_path: Path) -> None:
    text = f"{TEXT}<!-- forge: allow no-such-rule: tested -->\n"
    reading = read("plan", tmp_path, written(tmp_path, PLAN, text))
    assert (reading.name, reading.steps) == ("01-01", 1) and reading.findings
    assert Reading.decode(reading.encode(), reading.facts) == reading


@pytest.mark.parametrize("damaged", ["", "[]", "{}", '["plan", "x"]', "[1, 2, 3, 4, 5, 6]"])
def test_a_damaged_reading_is_an_error(damaged: str) -> None:
    with pytest.raises((ValueError, TypeError)):
        Reading.decode(damaged, "null")


@pytest.mark.parametrize("value", [None, 3, [1, "größe"], {"a": "\udc80"}])
def test_json_with_lone_surrogates_is_read(value: Any) -> None:
    assert plain(json.dumps(value)) == value


def test_findings_get_their_configured_severity() -> None:
    found = [finding("a"), finding("b"), finding("c", severity="warning")]
    applied = apply_severities(found, {"a": "warning", "b": "off"})
    assert [(each.rule, each.severity) for each in applied] == [("a", "warning"), ("c", "warning")]
    assert applied[1] is found[2]


def test_findings_are_in_the_order_of_the_text() -> None:
    assert [each.line for each in by_place([finding(line=3), finding(line=1)])] == [1, 3]


def test_settings_that_cannot_be_used_configure_nothing(tmp_path: Path) -> None:
    written(tmp_path, ".planning/forge.yaml", "rules: {no-steps: off}\n")
    assert configured_severities(tmp_path) == {"no-steps": "off"}
    written(tmp_path, ".planning/forge.yaml", "rules: 3\n")
    assert configured_severities(tmp_path) == {}


def test_a_plan_alone_has_the_findings_of_validate(tmp_path: Path) -> None:
    source = written(tmp_path, PLAN, TEXT)
    plan = load(source, "01-01")
    alone = findings_in_plan(tmp_path, plan, {})
    assert alone
    by_file = validate(tmp_path, [tmp_path / PLAN]).findings
    assert [(each.rule, each.line) for each in by_file] == [
        (each.rule, each.line) for each in alone
    ]
    left = findings_in_plan(tmp_path, plan, {alone[0].rule: "off"})
    assert alone[0].rule not in {each.rule for each in left}


def test_plans_among_paths(tmp_path: Path) -> None:
    written(tmp_path, PLAN, TEXT)
    written(tmp_path, ".planning/ROADMAP.md", "")
    assert plans_among(tmp_path, []) == [PLAN]
    assert plans_among(tmp_path, [tmp_path / PLAN]) == [PLAN]
    assert plans_among(tmp_path / ".planning/phases", [tmp_path / ".planning/ROADMAP.md"]) == []


def test_a_report_counts_and_keeps_the_lines_of_findings() -> None:
    report = Report()
    reading = Reading("plan", "01-01", 2, lines={1: "first", 2: "second"})
    report.add("x", "01-01", reading, [finding(), finding(severity="warning", line=7)])
    report.add("y", "01-02", Reading("plan", "01-02", 1), [])
    assert (report.files, report.steps, report.errors, report.warnings) == (2, 3, 1, 1)
    assert report.lines == {("x", 1): "first"}
    assert report.as_data()["documents"] == [
        {"path": "x", "kind": "plan", "id": "01-01", "steps": 2},
        {"path": "y", "kind": "plan", "id": "01-02", "steps": 1},
    ]
