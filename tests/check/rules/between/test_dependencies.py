"""The entries of `depends_on`."""

from __future__ import annotations

import pytest

from forge.check.rules.between.dependencies import check
from tests.check.rules.projects import Row, plan, project, rows

A, B, C = (
    "phases/01-start/01-01-PLAN.md",
    "phases/01-start/01-02-PLAN.md",
    "phases/02-grow/02-01-PLAN.md",
)


def depends(entries: str) -> str:
    return plan(f"depends_on: {entries}\n")


@pytest.mark.parametrize(
    "entries",
    [
        "[]",
        "[01-01]",
        "['01']",
        "[1-01]",
        "[01-01-PLAN.md]",
        "[01-01-write-it]",
        "[01-start/01-01]",
        "[../01-start/01-01-PLAN.md]",
        "[none]",
        "[None of them]",
        "[n/a]",
        "[N/A]",
        "[nothing]",
        "['-']",
        "['null']",
        "['[]']",
        "none",
        "01-01",
    ],
)
def test_an_entry_that_is_a_plan_or_means_none(entries: str) -> None:
    assert rows(check, project({A: plan(), B: depends(entries)})) == []


@pytest.mark.parametrize(
    ("entries", "severity", "message"),
    [
        ("[01-09]", "warning", "there is no plan `01-09`"),
        ("[7-01]", "warning", "there is no plan `7-01`"),
        ("['09']", "warning", "there is no plan `09`"),
        ("[after lunch]", "note", "there is no plan `after lunch`"),
        ("[the login plan]", "note", "there is no plan `the login plan`"),
        ("[Phase 1]", "note", "`Phase 1` is a phase or a remark, not a plan"),
        ("[Phase 9]", "note", "there is no plan `Phase 9`"),
    ],
)
def test_an_entry_that_is_not_a_plan(entries: str, severity: str, message: str) -> None:
    (finding,) = check(project({A: plan(), B: depends(entries)}))
    assert (finding.rule, finding.severity, finding.message) == (
        "depends-unknown",
        severity,
        message,
    )


def test_the_hint_lists_the_other_plans_of_the_folder() -> None:
    (finding,) = check(project({A: plan(), B: depends("[01-09]")}))
    assert finding.hint == "other plans of this folder: `01-01`"
    (finding,) = check(project({A: depends("[01-09]")}))
    assert finding.hint == "name a plan by its id (`01-02`), or remove the entry"


@pytest.mark.parametrize(
    "more",
    [
        {"whole": False},
        {"completed": frozenset([f".planning/{B}"])},
        {"summaries": frozenset([f".planning/{B}".replace("PLAN", "SUMMARY")])},
    ],
)
def test_an_unknown_plan_is_a_note_in_done_plans_and_excerpts(more: dict[str, object]) -> None:
    (row,) = rows(check, project({A: plan(), B: depends("[01-09]")}, **more))
    assert row == ("depends-unknown", B, 2, 14, "note")


@pytest.mark.parametrize("name", ["01-02", "1-02", "01-02-PLAN.md"])
def test_a_plan_that_depends_on_itself(name: str) -> None:
    (row,) = rows(check, project({A: plan(), B: depends(f"[{name}]")}))
    assert (row[0], row[4]) == ("depends-self", "error")


def test_a_later_phase() -> None:
    whole = project({A: depends("[02-01]"), C: depends("[01-02]"), B: plan()})
    assert rows(check, whole) == [("depends-forward", A, 2, 14, "warning")]


def test_a_plan_of_an_archive_is_not_of_a_later_phase() -> None:
    old = "milestones/v1-phases/05-old/05-01-PLAN.md"
    assert rows(check, project({A: depends("[v1/05-01]"), old: plan()})) == []


def test_every_plan_of_a_cycle_has_a_finding() -> None:
    third = A.replace("01-01", "01-03")
    documents = {A: depends("[01-02]"), B: depends("[01-03]"), third: depends("[01-01, 01-02]")}
    expected: list[Row] = [
        ("depends-cycle", A, 2, 14, "error"),
        ("depends-cycle", B, 2, 14, "error"),
        ("depends-cycle", third, 2, 14, "error"),
    ]
    assert rows(check, project(documents)) == expected


def test_a_long_cycle_names_some_plans_and_counts_the_rest() -> None:
    count = 9
    documents = {
        f"phases/01-start/01-{number:02d}-PLAN.md": depends(f"[01-{number % count + 1:02d}]")
        for number in range(1, count + 1)
    }
    findings = list(check(project(documents)))
    assert len(findings) == count
    assert findings[0].message.endswith("01-01, 01-02, 01-03, 01-04, 01-05, 01-06 and 3 more")
