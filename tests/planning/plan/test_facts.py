"""Facts of a plan: entries as written, with their places."""

from __future__ import annotations

import pytest

from forge.planning.plan.facts import PlanFacts
from forge.planning.plan.plan import load
from forge.text.location import TOP
from forge.text.source import Source


def facts(front: str, body: str = "") -> PlanFacts:
    text = f"---\n{front}---\n{body}<task>\n<files>b.py</files>\n</task>\n"
    return PlanFacts.of(load(Source.of("01-01-PLAN.md", text.encode()), "01-01"))


def test_entries_keep_their_text_and_place() -> None:
    plan_facts = facts("phase: 01-a\nplan: 08\ndepends_on: [01-02, ' 3 ', '']\nwave: 2\n")
    assert plan_facts.phase is not None and (plan_facts.phase.text, plan_facts.phase.line) == (
        "01-a",
        2,
    )
    assert plan_facts.number is not None and plan_facts.number.text == "08"
    assert [(spot.text, spot.column) for spot in plan_facts.depends_on] == [
        ("01-02", 14),
        ("3", 21),
    ]
    assert plan_facts.wave == 2.0 and plan_facts.head == plan_facts.phase


@pytest.mark.parametrize("wave", ["two", "true", "[1]", ""])
def test_a_wave_that_is_not_a_number(wave: str) -> None:
    assert facts(f"wave: {wave}\n").wave is None


def test_files_and_all_paths_that_the_plan_may_write() -> None:
    plan_facts = facts("files_modified: ['src/{a,c}.py', 'd.py (new)']\n")
    assert [spot.text for spot in plan_facts.files] == ["src/a.py", "src/c.py", "d.py"]
    assert plan_facts.paths == ["src/a.py", "src/c.py", "d.py", "b.py"]


def test_requirements_are_separated_from_the_words_after_them() -> None:
    plan_facts = facts("requirements: ['AUTH-01 (partly), AUTH-02; UI-1', DB-3]\n")
    assert [spot.text for spot in plan_facts.requirements] == ["AUTH-01", "AUTH-02", "UI-1", "DB-3"]


def test_references_of_the_context() -> None:
    plan_facts = facts(
        "phase: 1\n", "<context>\n@a.md.\n- @docs/b.md (see there)\nno @c.md\n</context>\n"
    )
    assert [spot.text for spot in plan_facts.references] == ["@a.md"[1:], "docs/b.md"]


@pytest.mark.parametrize("status", ["complete", "Completed", "done", "shipped today"])
def test_a_status_that_says_that_the_plan_is_done(status: str) -> None:
    assert facts(f"status: {status}\n").calls_done


@pytest.mark.parametrize("front", ["", "status: open\n", "status: [done]\n", "status: undone\n"])
def test_a_status_that_does_not(front: str) -> None:
    assert not facts(f"a: 1\n{front}").calls_done


@pytest.mark.parametrize(("value", "gaps"), [("true", True), ("yes", False), ("1", False)])
def test_a_plan_that_closes_gaps(value: str, gaps: bool) -> None:
    assert facts(f"gap_closure: {value}\n").gaps is gaps


def test_facts_of_a_plan_without_front_matter() -> None:
    plan_facts = PlanFacts.of(load(Source.of("x-PLAN.md", b""), "x"))
    assert (plan_facts.phase, plan_facts.status, plan_facts.depends_on, plan_facts.paths) == (
        None,
        None,
        [],
        [],
    )
    assert plan_facts.head == TOP
