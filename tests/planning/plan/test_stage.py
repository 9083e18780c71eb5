"""The stage of a step: every rule, in order."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge.planning.plan.stage import EDITING, STAGES, names_a_path, stage_of


@pytest.mark.parametrize("stage", STAGES)
def test_a_declared_stage_decides_before_everything_else(stage: str) -> None:
    assert (
        stage_of({"stage": stage, "type": "checkpoint:human-verify"}, "Test it", "src/a.py")
        == stage
    )


@pytest.mark.parametrize(
    ("kind", "stage"),
    [
        ("checkpoint", "checkpoint"),
        ("checkpoint:human-verify", "checkpoint"),
        ("checkpoint:decision", "checkpoint"),
        ("checkpoint:human-action", "checkpoint"),
        ("human", "checkpoint"),
        ("humane", "edit"),
        ("auto", "edit"),
        ("tdd", "edit"),
        ("", "edit"),
    ],
)
def test_the_type_decides_before_the_files(kind: str, stage: str) -> None:
    assert stage_of({"type": kind}, "Test the thing", "src/a.py") == stage


@pytest.mark.parametrize(
    ("files", "stage"),
    [
        ("src/a.py", "edit"),
        ("README.md", "edit"),
        ("src/", "edit"),
        (".gitignore", "edit"),
        ("Makefile, LICENSE", "edit"),
        ("src/a.py (verification only)", "edit"),
        ("[id]/page.tsx", "edit"),
        ("none", "test"),
        ("None", "test"),
        ("n/a", "test"),
        ("N/A - verification only", "test"),
        ("(verification only)", "test"),
        ("(see src/a.py)", "test"),
        ("", "test"),
        ("  \n ", "test"),
    ],
)
def test_files_decide_before_the_name(files: str, stage: str) -> None:
    assert stage_of({"type": "auto"}, "Verify the thing", files) == stage
    assert names_a_path(files) is (stage == "edit")


WORDS = {
    "retrieve": ["analyze", "gather", "research", "review", "read", "explore"],
    "plan": ["design", "plan", "clarify"],
    "test": ["test", "verify", "validate", "check"],
    "repair": ["fix", "repair", "debug", "resolve"],
    "edit": ["add", "tests", "testing", "verification", "planning", "fixes", "write", "reads"],
}


@pytest.mark.parametrize(
    ("stage", "word"), [(stage, word) for stage, words in WORDS.items() for word in words]
)
@pytest.mark.parametrize(
    "label",
    [
        "",
        "Task 1: ",
        "task 12: ",
        "Task 01-02: ",
        "1: ",
        "T3 — ",
        "[P] ",
        "Task 2: [TDD] [US1] ",
        "2. ",
    ],
)
def test_the_first_word_of_the_name_decides(stage: str, word: str, label: str) -> None:
    assert stage_of({}, f"{label}{word.capitalize()} the thing", "") == stage


@pytest.mark.parametrize(
    "name",
    ["Test", "Test:", "Verify, then add", "Check-in the code", "", "Task 1: Verify", "Task 1:"],
)
def test_a_first_word_counts_only_in_front_of_a_space(name: str) -> None:
    assert stage_of({}, name, "") == "edit"


def test_an_unknown_stage_decides_nothing() -> None:
    assert stage_of({"stage": "deploy"}, "Test it", "") == "test"


def test_edit_and_repair_change_files() -> None:
    assert {"edit", "repair"} == EDITING


MANY = 150_000


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text",
    ["1" * MANY, "[" * MANY, "(" * MANY, "[]" * MANY, "(" * MANY + ")", "n/a " * MANY, "a" * MANY],
)
def test_hostile_names_and_files_take_linear_time(text: str) -> None:
    assert stage_of({}, text, "") == "edit"
    assert stage_of({}, "Write it", text) == "edit"


@settings(deadline=None)
@given(
    st.dictionaries(st.sampled_from(["type", "stage", "gate"]), st.text(max_size=8)),
    st.text(max_size=30),
    st.text(max_size=30),
)
def test_every_step_has_a_stage(attributes: dict[str, str], name: str, files: str) -> None:
    assert stage_of(attributes, name, files) in STAGES
