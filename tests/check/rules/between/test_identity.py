"""Plans and phases with the same number."""

from __future__ import annotations

from forge.check.rules.between.identity import check
from tests.check.rules.projects import plan, project, rows

A, SAME = "phases/01-start/01-01-PLAN.md", "phases/01-start/01-01-again-PLAN.md"
NUMBERED = plan("plan: 01\n")


def test_plans_with_different_numbers() -> None:
    documents = {A: NUMBERED, "phases/01-start/01-02-PLAN.md": plan("plan: 02\n")}
    assert rows(check, project(documents)) == []


def test_plans_of_different_folders_may_have_the_same_number() -> None:
    assert rows(check, project({A: NUMBERED, "phases/02-grow/02-01-PLAN.md": NUMBERED})) == []


def test_two_phases_with_the_same_number() -> None:
    documents = {A: plan(), "phases/1-other/01-02-PLAN.md": plan()}
    reported = rows(check, project(documents))
    assert [(row[0], row[4]) for row in reported] == [("duplicate-phase", "warning")]


def test_the_page_of_a_phase_is_preferred() -> None:
    documents = {A: plan(), "phases/1-other/01-02-PLAN.md": plan(), "phases/1-other/README.md": ""}
    (finding,) = check(project(documents))
    assert finding.path == ".planning/phases/1-other/README.md"
    assert finding.message == "1 is also the number of `.planning/phases/01-start`"
    assert finding.hint == "`forge move 1-other NN` gives it another"


def test_a_done_phase_is_a_note() -> None:
    other = "phases/1-other/01-02-PLAN.md"
    done = frozenset([f".planning/{other}"])
    (row,) = rows(check, project({A: plan(), other: plan()}, completed=done))
    assert row == ("duplicate-phase", other, 1, 1, "note")


def test_a_decimal_phase_has_its_own_number() -> None:
    assert rows(check, project({A: plan(), "phases/01.1-more/01.1-01-PLAN.md": plan()})) == []


def test_two_files_with_one_plan_id() -> None:
    whole = project({A: NUMBERED, SAME: NUMBERED})
    ids = {file.id for file in whole.files}
    reported = rows(check, whole)
    assert (len(ids) == 1) == bool(reported)
    assert all(row[0] == "duplicate-plan" for row in reported)
