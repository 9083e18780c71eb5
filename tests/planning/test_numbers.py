"""The grammar of phase and plan numbers: what is parsed is formatted as it was written."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forge.planning import numbers
from forge.planning.numbers import (
    PhaseName,
    PlanName,
    bare,
    between,
    is_phase,
    is_plan,
    leading,
    mentioned,
    normal,
    order,
    phase_name,
    plan_key,
    plan_name,
    without_number,
    without_slug,
)

DIGITS = st.text("0123456789", min_size=1, max_size=4)
LETTER = st.sampled_from(["", "a", "B"])
PHASES = st.builds(
    lambda parts, letter: ".".join(parts) + letter, st.lists(DIGITS, min_size=1, max_size=3), LETTER
)
PLANS = st.builds(str.__add__, DIGITS, LETTER)
SLUGS = st.from_regex(r"[a-z]{2,6}(?:-[a-z]{2,6})?", fullmatch=True)


@given(PHASES, PLANS)
def test_every_number_is_one_of_its_kind(phase: str, plan: str) -> None:
    assert is_phase(phase) and is_plan(plan)
    assert not is_phase(f"{phase}-") and not is_plan(f"{plan}.1")


@given(PHASES, st.one_of(st.just(""), SLUGS))
def test_a_phase_name_is_formatted_as_it_was_parsed(number: str, slug: str) -> None:
    name = str(PhaseName(number, slug))
    assert phase_name(name) == PhaseName(number, slug)
    assert str(phase_name(name)) == name
    assert phase_name(f"phase-{name}") == PhaseName(number, slug)


@given(PHASES, PLANS, st.one_of(st.just(""), SLUGS))
def test_a_plan_name_is_formatted_as_it_was_parsed(phase: str, plan: str, slug: str) -> None:
    name = str(PlanName(phase, plan, slug))
    parts = plan_name(name)
    assert parts == PlanName(phase, plan, slug) and str(parts) == name
    assert parts.id == f"{phase}-{plan}"


@given(PHASES, PLANS, SLUGS)
def test_a_number_and_its_slug_are_split_and_joined(phase: str, plan: str, slug: str) -> None:
    for number in (phase, f"{phase}-{plan}"):
        assert without_slug(f"{number}-{slug}") == number
        assert without_number(f"{number}-{slug}") == slug
        assert without_slug(number) == number and without_number(number).endswith(number[-1])


@given(PHASES)
def test_normal_forms_are_stable_and_ignore_zeros_and_capitals(number: str) -> None:
    form = normal(number)
    assert normal(form) == form == normal(f"0{number}") == normal(number.upper())
    assert is_phase(form)


@given(st.lists(PHASES, max_size=6))
def test_the_order_of_numbers_is_that_of_their_parts(phases: list[str]) -> None:
    ordered = sorted(map(normal, phases), key=order)
    firsts = [order(number)[0][0] for number in ordered]
    assert firsts == sorted(firsts)


@given(st.text(max_size=20))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    for parsed in (phase_name(text), plan_name(text)):
        assert parsed is None or text.endswith(str(parsed))
    assert leading(text) is None or is_phase(str(leading(text)))
    assert without_slug(text) == text or text.startswith(without_slug(text))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("01-setup", "1"),
        ("03.10B-x", "3.10b"),
        ("phase-07", "7"),
        ("Phase 3: x", "3"),
        ("2026-02-19-next", None),
        ("setup", None),
        ("4. Next", "4"),
        ("260406-anb-model", None),
        ("010-ten", "10"),
        ("00-zero", "0"),
        ("", None),
        ("3rd", None),
    ],
)
def test_the_number_that_a_phases_name_begins_with(text: str, number: str | None) -> None:
    assert leading(text) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [("01", "1"), ("3.1", "3.1"), ("12A", "12a"), ("01-a", None), ("phase-1", None), ("", None)],
)
def test_a_bare_number_is_a_number_and_nothing_else(text: str, number: str | None) -> None:
    assert bare(text) == number


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("01-02", PlanName("01", "02")),
        ("4.1-2b-fix-it", PlanName("4.1", "2b", "fix-it")),
        ("01-02-", PlanName("01", "02")),
        ("01", None),
        ("x-01", None),
        ("01-x", None),
        ("01-02x-y", PlanName("01", "02x", "y")),
        ("01-02xy", None),
    ],
)
def test_plan_names(text: str, parts: PlanName | None) -> None:
    assert plan_name(text) == parts


@pytest.mark.parametrize(
    ("phase", "plan", "key"), [("01", "02", "1-2"), ("4.10", "1B", "4.10-1b"), ("00", "0", "0-0")]
)
def test_a_key_is_equal_for_every_spelling(phase: str, plan: str, key: str) -> None:
    assert plan_key(phase, plan) == PlanName(phase, plan, "slug").key == key


def test_the_phases_that_a_text_mentions() -> None:
    text = "Phases 1-3, Phase 04.1 and phases 7, 8 and 9b; Phase 12 to 13"
    assert set(mentioned(text)) == {"1", "2", "3", "4.1", "7", "8", "9b", "12", "13"}
    assert list(mentioned("phaser 1, phase two")) == []


@pytest.mark.parametrize(
    ("first", "last", "numbers_between"),
    [
        ("3", None, ["3"]),
        ("3", "5", ["3", "4", "5"]),
        ("3.1", "5", ["3.1", "5"]),
        ("5", "3", ["5", "3"]),
        ("1", "999", ["1", "999"]),
    ],
)
def test_ranges(first: str, last: str | None, numbers_between: list[str]) -> None:
    assert list(between(first, last)) == numbers_between


def test_natural_order_of_phases() -> None:
    assert sorted(["10", "3.1", "3", "12a", "12"], key=order) == ["3", "3.1", "10", "12", "12a"]


def test_no_other_module_repeats_the_grammar() -> None:
    """Patterns with a number and a letter after it are made of PHASE and PLAN."""
    root = Path(numbers.__file__).parents[1]
    repeats = [
        path.name
        for path in root.rglob("*.py")
        if path.name != "numbers.py" and r"\d+(?:\.\d+)*[A-Za-z]?" in path.read_text()
    ]
    assert repeats == []
