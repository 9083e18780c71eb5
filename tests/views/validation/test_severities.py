"""Severities as the settings configure them, and the order of findings."""

from __future__ import annotations

from pathlib import Path

from forge.views.validation.severities import apply_severities, by_place, configured_severities
from tests.views.validation.sources import finding, written


def test_findings_get_their_configured_severity() -> None:
    findings = [finding("a"), finding("b"), finding("c", severity="warning")]
    applied = apply_severities(findings, {"a": "warning", "b": "off"})
    assert [(one.rule, one.severity) for one in applied] == [("a", "warning"), ("c", "warning")]
    assert applied[1] is findings[2]


def test_findings_are_in_the_order_of_the_text() -> None:
    assert [one.line for one in by_place([finding(line=3), finding(line=1)])] == [1, 3]


def test_settings_that_cannot_be_used_configure_nothing(tmp_path: Path) -> None:
    written(tmp_path, ".planning/forge.yaml", "rules: {no-steps: off}\n")
    assert configured_severities(tmp_path) == {"no-steps": "off"}
    written(tmp_path, ".planning/forge.yaml", "rules: 3\n")
    assert configured_severities(tmp_path) == {}
