"""The findings of a plan on its own, and which plans some paths name."""

from __future__ import annotations

from pathlib import Path

from forge.planning.plan.plan import load
from forge.views.validation.validate import findings_in_plan, plans_among, validate
from tests.views.validation.sources import PLAN, TEXT, written


def test_a_plan_alone_has_the_findings_of_validate(tmp_path: Path) -> None:
    source = written(tmp_path, PLAN, TEXT)
    plan = load(source, "01-01")
    alone = findings_in_plan(tmp_path, plan, {})
    assert alone
    by_file = validate(tmp_path, [tmp_path / PLAN]).findings
    assert [(finding.rule, finding.line) for finding in by_file] == [
        (finding.rule, finding.line) for finding in alone
    ]
    left = findings_in_plan(tmp_path, plan, {alone[0].rule: "off"})
    assert alone[0].rule not in {finding.rule for finding in left}


def test_plans_among_paths(tmp_path: Path) -> None:
    written(tmp_path, PLAN, TEXT)
    written(tmp_path, ".planning/ROADMAP.md", "")
    assert plans_among(tmp_path, []) == [PLAN]
    assert plans_among(tmp_path, [tmp_path / PLAN]) == [PLAN]
    assert plans_among(tmp_path / ".planning/phases", [tmp_path / ".planning/ROADMAP.md"]) == []
