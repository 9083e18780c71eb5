"""Summaries and phases of plans, by paths alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forge.planning.names.plan_files import (
    Phase,
    PlanFile,
    find_plan_files,
    identified,
    phases_of,
    plan_files_among,
    plan_id,
    summaries_of,
)

A = ".planning/phases/01-a"


@pytest.mark.parametrize(
    ("plan", "summary"),
    [
        (f"{A}/01-02-PLAN.md", f"{A}/01-02-SUMMARY.md"),
        (f"{A}/01-02-login-PLAN.md", f"{A}/01-02-login-SUMMARY.md"),
        (f"{A}/01-02-login-PLAN.md", f"{A}/01-02-SUMMARY.md"),
        (f"{A}/02-PLAN.md", f"{A}/01-02-SUMMARY.md"),
        (f"{A}/PLAN.md", f"{A}/SUMMARY.md"),
    ],
)
def test_the_summary_of_a_plan(plan: str, summary: str) -> None:
    assert summaries_of([plan], [summary]) == {plan: summary}


@pytest.mark.parametrize(
    ("plans", "summary"),
    [
        ([f"{A}/01-02-PLAN.md"], f"{A}/01-SUMMARY.md"),
        ([f"{A}/01-02-PLAN.md"], ".planning/phases/02-b/01-02-SUMMARY.md"),
        ([f"{A}/01-02-a-PLAN.md", f"{A}/01-02-b-PLAN.md"], f"{A}/01-02-SUMMARY.md"),
    ],
)
def test_a_summary_of_no_plan_or_of_several(plans: list[str], summary: str) -> None:
    assert summaries_of(plans, [summary]) == {}


def test_a_summary_with_the_plans_name_comes_first() -> None:
    plan, own, other = (f"{A}/01-02-x-PLAN.md", f"{A}/01-02-x-SUMMARY.md", f"{A}/01-02-SUMMARY.md")
    assert summaries_of([plan], [other, own]) == {plan: own}


@pytest.mark.parametrize(
    ("name", "number", "key"),
    [("01-a", "01", "1"), ("phase-07", "07", "7"), ("03.1B-x", "03.1B", "3.1b"), ("notes", "", "")],
)
def test_the_number_of_a_phase(name: str, number: str, key: str) -> None:
    phase = Phase(f".planning/phases/{name}", ())
    assert (phase.name, phase.number, phase.key) == (name, number, key)


def test_phases_keep_the_order_of_their_plans() -> None:
    files = identified(
        [f"{A}/01-02-PLAN.md", ".planning/phases/02-b/02-01-PLAN.md", f"{A}/01-01-PLAN.md"]
    )
    assert [(phase.name, [file.id for file in phase.plans]) for phase in phases_of(files)] == [
        ("01-a", ["01-01", "01-02"]),
        ("02-b", ["02-01"]),
    ]


def test_the_paths_of_a_tree_that_are_plans_are_those_of_its_folder(tmp_path: Path) -> None:
    paths = [
        f"{A}/01-01-PLAN.md",
        f"{A}/PLAN.md.bak",
        ".planning/PLAN.md",
        ".planning/runs/x/PLAN.md",
        "docs/x-PLAN.md",
    ]
    for path in paths:
        place = tmp_path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("")
    assert sorted(plan_files_among(paths)) == sorted(find_plan_files(tmp_path))
    assert sorted(plan_files_among(paths)) == [".planning/PLAN.md", f"{A}/01-01-PLAN.md"]


@given(
    st.lists(
        st.from_regex(
            r"(phases|milestones/v1-phases|quick)/0[12]-[ab]/(0[12]-)?0[12](-x)?-PLAN\.md",
            fullmatch=True,
        ),
        max_size=8,
        unique=True,
    )
)
def test_every_plan_has_an_id_that_ends_in_its_own(paths: list[str]) -> None:
    files = identified(f".planning/{path}" for path in paths)
    assert sorted(file.path for file in files) == sorted(f".planning/{path}" for path in paths)
    for file in files:
        assert file.id.endswith(plan_id(file.path))
    outside = [file for file in files if file.id != plan_id(file.path)]
    assert all("/" in file.id for file in outside)


def test_a_bare_plan_file_is_named_after_its_folder() -> None:
    file = PlanFile(".planning/quick/002-more/PLAN.md", "002-more")
    assert (file.stem, plan_id(file.path)) == ("002-more", "002-more")
