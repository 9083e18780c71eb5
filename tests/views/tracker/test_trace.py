"""Requirements traced to plans and runs."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from forge.views.outline.entries import PlanEntry
from forge.views.tracker.trace import Trace, Traced, TracedPlan, trace
from tests.views.tracker.outlines import run, tracker

REQUIREMENTS = """# Requirements

- [x] **REQ-01**: Users can log in
- [ ] **REQ-02**: Users can log out
- [ ] **REQ-03**: Nobody has planned this
"""


def traced(root: Path, plans: dict[str, PlanEntry], **outline: Any) -> Trace:
    repository: Any = SimpleNamespace(root=root)
    return trace(repository, tracker(plans, repository=repository, **outline))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / ".planning").mkdir()
    (tmp_path / ".planning/REQUIREMENTS.md").write_text(REQUIREMENTS)
    return tmp_path


PLANS = {
    "01-01": PlanEntry("Log in", 1.0, requirements=["REQ-01"]),
    "01-02": PlanEntry("Log out", 1.0, requirements=["REQ-02", "REQ-09"]),
}


def test_a_requirement_is_proven_by_all_its_plans(root: Path) -> None:
    requirements = traced(root, PLANS, runs=[run("01-01")])
    assert [(one.id, one.word, one.ticked, one.line) for one in requirements.requirements] == [
        ("REQ-01", "proven", True, 3),
        ("REQ-02", "planned", False, 4),
        ("REQ-03", "not covered", False, 5),
    ]
    assert requirements.requirements[0].text == "Users can log in"


def test_a_ticked_requirement_without_proof_is_a_contradiction(root: Path) -> None:
    requirements = traced(root, PLANS)
    assert requirements.requirements[0].contradiction == "ticked, and 01-01 ready"
    assert requirements.requirements[1].contradiction == ""


def test_names_that_are_not_defined_are_listed_with_their_plan(root: Path) -> None:
    assert traced(root, PLANS).unknown == [("01-02", "REQ-09")]


def test_runs_are_listed_with_their_evidence(root: Path) -> None:
    evidence = root / ".planning/runs/run/evidence"
    evidence.mkdir(parents=True)
    (evidence / "b.log").write_text("")
    (evidence / "a.log").write_text("")
    requirements = traced(root, PLANS, runs=[run("01-01", counts={"pass": 1})])
    assert requirements.requirements[0].plans[0].runs == [
        {
            "run": "run",
            "status": "completed",
            "verdict": "proven",
            "counts": {"pass": 1},
            "record": ".planning/runs/run",
            "evidence": ["a.log", "b.log"],
        }
    ]


def test_without_the_file_nothing_is_defined_or_unknown(tmp_path: Path) -> None:
    assert traced(tmp_path, PLANS) == Trace(None, [], [])


def test_json_counts_the_words(root: Path) -> None:
    data = traced(root, PLANS, runs=[run("01-01")]).as_data()
    assert data["path"] == ".planning/REQUIREMENTS.md"
    assert data["totals"] == {"proven": 1, "planned": 1, "not_covered": 1, "put_off": 0}
    assert data["unknown"] == [{"plan": "01-02", "name": "REQ-09"}]


@pytest.mark.parametrize(
    ("words", "aside", "expected"),
    [
        ([], False, "not covered"),
        ([], True, "put off"),
        (["proven", "proven"], False, "proven"),
        (["proven", "claimed"], False, "planned"),
    ],
)
def test_the_word_of_a_requirement(words: list[str], aside: bool, expected: str) -> None:
    plans = [TracedPlan(f"01-0{number}", "", word, []) for number, word in enumerate(words, 1)]
    assert Traced("REQ-01", "", 1, None, aside, plans).word == expected
