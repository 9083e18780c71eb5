"""Claims of plans, VERIFICATION.md and STATE.md, and summaries without a plan."""

from __future__ import annotations

import pytest

from forge.check.rules.between.status import check
from tests.check.rules.projects import plan, project, rows

A, B = "phases/01-start/01-01-PLAN.md", "phases/01-start/01-02-PLAN.md"
VERIFICATION = "phases/01-start/01-VERIFICATION.md"


def front(**values: object) -> str:
    return "---\n" + "".join(f"{key}: {value}\n" for key, value in values.items()) + "---\n"


@pytest.mark.parametrize(
    ("status", "count"),
    [("complete", 1), ("completed", 1), ("done", 1), ("draft", 0), ("active", 0), ("''", 0)],
)
def test_the_status_of_a_plan(status: str, count: int) -> None:
    reported = rows(check, project({A: plan(f"status: {status}\n")}))
    assert reported == [("status-without-evidence", A, 2, 9, "warning")] * count


def test_a_plan_with_evidence_may_say_that_it_is_done() -> None:
    text = plan("status: complete\n")
    assert rows(check, project({A: text, A.replace("PLAN", "SUMMARY"): "x"})) == []
    assert rows(check, project({A: text}, completed=frozenset([f".planning/{A}"]))) == []
    archived = "milestones/v1-phases/01-old/01-01-PLAN.md"
    assert rows(check, project({archived: text})) == []


@pytest.mark.parametrize(
    ("values", "count"),
    [
        ({"status": "passed", "score": "5/5 must-haves"}, 0),
        ({"status": "passed", "score": "3/5 must-haves"}, 1),
        ({"status": "passed", "score": "4 / 5"}, 1),
        ({"status": "verified", "score": "0/1"}, 1),
        ({"status": "pass", "score": "high"}, 0),
        ({"status": "failed", "score": "3/5"}, 0),
        ({"status": "gaps_found", "score": "3/5"}, 0),
        ({"score": "3/5"}, 0),
        ({}, 0),
    ],
)
def test_the_score_of_a_verification(values: dict[str, object], count: int) -> None:
    documents = {A: plan(), A.replace("PLAN", "SUMMARY"): "x", VERIFICATION: front(**values)}
    assert len(rows(check, project(documents))) == count


def test_a_verification_that_passed_without_any_summary() -> None:
    (finding,) = check(project({A: plan(), B: plan(), VERIFICATION: front(status="passed")}))
    assert finding.message == "it says passed, and 01-01, 01-02 has no summary"


def test_one_summary_is_enough_for_a_verification() -> None:
    documents = {A: plan(), B: plan(), A.replace("PLAN", "SUMMARY"): "x"}
    assert rows(check, project({**documents, VERIFICATION: front(status="passed")})) == []


@pytest.mark.parametrize(
    ("summary", "count"),
    [
        ("phases/01-start/01-01-SUMMARY.md", 0),
        ("phases/01-start/01-09-SUMMARY.md", 1),
        ("phases/01-start/01-09-login-SUMMARY.md", 1),
        ("phases/01-start/01-SUMMARY.md", 0),
        ("phases/01-start/SUMMARY.md", 0),
        ("phases/01-start/PHASE-SUMMARY.md", 0),
        ("phases/01-start/notes-SUMMARY.md", 0),
        ("phases/05-empty/05-01-SUMMARY.md", 0),
    ],
)
def test_summaries(summary: str, count: int) -> None:
    reported = rows(check, project({A: plan(), summary: "x"}))
    assert reported == [("summary-without-plan", summary, 1, 1, "warning")] * count


def test_a_summary_without_plan_in_an_archive_is_a_note() -> None:
    folder = "milestones/v1-phases/01-old"
    documents = {f"{folder}/01-01-PLAN.md": plan(), f"{folder}/01-02-SUMMARY.md": "x"}
    (row,) = rows(check, project(documents))
    assert row[0] == "summary-without-plan" and row[4] == "note"


@pytest.mark.parametrize(
    ("progress", "lines"),
    [
        ("  total_plans: 2\n  completed_plans: 2\n", []),
        ("  total_plans: 2\n  completed_plans: 3\n", [4]),
        ("  total_phases: 1\n  completed_phases: 2\n", [4]),
        ("  completed_plans: 3\n", []),
        ("  total_plans: many\n  completed_plans: 3\n", []),
        (
            "  total_phases: 1\n  completed_phases: 2\n  total_plans: 0\n  completed_plans: 1\n",
            [4, 6],
        ),
    ],
)
def test_the_numbers_of_a_state(progress: str, lines: list[int]) -> None:
    reported = rows(check, project({"STATE.md": f"---\nprogress:\n{progress}---\n"}))
    assert [(row[0], row[2]) for row in reported] == [("state-numbers", line) for line in lines]
