"""What a runner and the user read: prompts, questions, and commit subjects."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge.planning.mission.scope_contract import Contract
from forge.planning.plan.plan import Plan, load
from forge.run.engine.actions.prompt import prompt_for
from forge.run.engine.actions.questions import checkpoint_text
from forge.run.engine.actions.rollback_plan import describe, own_steps, steps_of_other_runs
from forge.run.engine.commit_message import subject_line
from forge.text.source import Source
from forge.timeline.run.state import RunState, StepState

TEXT = """\
---
phase: 01-first
plan: 01
wave: 1
files_modified:
  - src/a.py
---
<objective>
Make it so.
</objective>
<context>
@docs/guide.md
</context>
<tasks>
<task type="auto">
<name>Write it</name>
<files>src/a.py</files>
<read_first>src/b.py</read_first>
<action>Do it.</action>
<verify><automated>test -s src/a.py</automated></verify>
</task>
<task type="checkpoint:decision">
<decision>Which way?</decision>
<context>Two ways.</context>
<options>
<option id="left"><name>Left</name></option>
<option id="right"><name>Right</name></option>
</options>
</task>
</tasks>
"""


@pytest.fixture
def plan() -> Plan:
    return load(Source.of(".planning/phases/01-first/01-01-PLAN.md", TEXT.encode()), "01-01")


def state_of(plan: Plan) -> RunState:
    steps = [StepState(step.id, step.number, step.name, step.stage) for step in plan.steps]
    steps[0].attempt = 1
    return RunState("run-1", steps, status="running")


def prompt(plan: Plan, state: RunState) -> str:
    return prompt_for(plan, plan.steps[0], state, state.steps[0], Contract(), ".")


def test_a_prompt_names_the_step_its_files_its_references_and_checks(plan: Plan) -> None:
    text = prompt(plan, state_of(plan))
    for part in ("Write it", "- src/a.py", "- src/b.py", "- docs/guide.md", "- test -s src/a.py"):
        assert part in text
    assert "## What failed" not in text and "## Start over" not in text


def test_references_outside_of_the_repository_are_not_in_the_prompt(plan: Plan) -> None:
    old = "<tasks>" if "<tasks>" in TEXT else "<task "
    text = TEXT.replace(old, "<context>\n@../secret\n@~/.ssh/id_rsa\n@.env\n</context>\n" + old, 1)
    text = text.replace("<action>", "<read_first>/etc/passwd, src/b.py</read_first>\n<action>", 1)
    outside = load(Source.of(plan.path, text.encode()), "01-01")
    shown = prompt(outside, state_of(outside))
    assert "- src/b.py" in shown and "left out: not a file of this repository" in shown
    for reference in ("../secret", "id_rsa", ".env", "/etc/passwd"):
        assert reference not in shown


def test_a_reference_with_one_in_it_that_is_left_out_stays_whole(plan: Plan) -> None:
    named = "<read_first>.env, .env.example, /ssr/, src/ssr/b.py</read_first>"
    text = TEXT.replace("<read_first>src/b.py</read_first>", named)
    shown = prompt(load(Source.of(plan.path, text.encode()), "01-01"), state_of(plan))
    (line,) = (line for line in shown.splitlines() if line.startswith("<read_first>"))
    out = "(left out: not a file of this repository)"
    assert line == f"<read_first>{out}, .env.example, {out}, src/ssr/b.py</read_first>"


def test_retrieved_files_come_with_their_blob_and_are_not_named_twice(plan: Plan) -> None:
    state = state_of(plan)
    state.context = [{"path": "src/b.py", "blob": "0123456789abcdef", "why": "read first"}]
    text = prompt(plan, state)
    assert "- src/b.py (read first, blob 0123456789ab)" in text
    assert text.count("src/b.py (") == 1 and "\n- src/b.py\n" not in text


def test_a_prompt_names_the_paths_of_its_step_and_counts_most_others() -> None:
    others = "".join(f"  - src/part{number}.py\n" for number in range(500))
    text = TEXT.replace("files_modified:", f"files_modified:\n{others}", 1)
    assert text != TEXT
    many = load(Source.of(".planning/phases/01-first/01-01-PLAN.md", text.encode()), "01-01")
    shown = prompt(many, state_of(many))
    assert "- src/a.py\n" in shown and shown.count("src/part") < 41
    assert " more of other steps: the file `$FORGE_SCOPE_FILE` lists all" in shown


def test_the_prompt_of_a_repair_says_what_failed(plan: Plan) -> None:
    state = state_of(plan)
    state.steps[0].attempt, state.steps[0].diagnosis = 2, "a {diagnosis} $name of %s"
    text = prompt(plan, state)
    assert "## What failed" in text and "a {diagnosis} $name of %s" in text
    assert "## Start over" not in text


def test_the_prompt_of_a_retry_says_that_it_starts_over(plan: Plan) -> None:
    state = state_of(plan)
    state.steps[0].attempt = 2
    assert "## Start over" in prompt(plan, state)


def test_a_checkpoint_lists_its_parts_and_options(plan: Plan) -> None:
    text = checkpoint_text(plan.steps[1])
    assert text.splitlines()[0] == "Which way?"
    assert "To decide: Which way?" in text and "Context: Two ways." in text
    assert "  left: Left" in text and "  right: Right" in text


STEPS = [{"id": "01-01/1", "name": "Write"}, {"id": "01-01/2", "name": "Test"}]


@pytest.mark.parametrize(
    ("kind", "to", "text"),
    [
        ("rollback", "01-01/2", "back to before 2 — Test"),
        ("rollback", None, "back to before 1 — Write"),
        ("rollback", "unknown", "back to before 1 — Write"),
        ("undo", "01-01/2", "undo of going back to before 2 — Test"),
    ],
)
def test_a_rollback_is_described_by_its_step(kind: str, to: str | None, text: str) -> None:
    assert describe(kind, STEPS, to) == text


def test_a_rollback_of_a_run_without_steps_is_described() -> None:
    assert describe("rollback", [], None) == "back to before 1 — "


def three_steps() -> RunState:
    """Return a run that carried over its first step, did the second, and has not begun the last."""
    steps = [StepState(f"01-01/{number}", number, "", "edit") for number in (1, 2, 3)]
    steps[0].status, steps[0].carried_from = "skipped", "run-0"
    steps[1].status, steps[1].attempt, steps[1].began = "completed", 1, 4
    return RunState("run-1", steps)


def test_a_run_owns_the_steps_that_it_began() -> None:
    assert [step.id for step in own_steps(three_steps())] == ["01-01/2"]


@pytest.mark.parametrize(
    ("to", "stay"), [(None, ["run-0"]), ("01-01/1", ["run-0"]), ("01-01/2", ["run-0"])]
)
def test_steps_that_were_carried_over_stay(to: str | None, stay: list[str]) -> None:
    assert [entry["run"] for entry in steps_of_other_runs(three_steps(), to)] == stay


def test_steps_before_what_is_taken_back_are_not_mentioned() -> None:
    state = three_steps()
    first, second, third = state.steps
    first.carried_from, first.attempt, first.began = None, 1, 2
    second.attempt, second.began, second.carried_from = 0, 0, "run-0"
    third.attempt, third.began = 1, 9
    assert steps_of_other_runs(state, "01-01/3") == []
    assert steps_of_other_runs(state, "01-01/1") == [{"step": "01-01/2", "run": "run-0"}]


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("Write it", "Write it"),
        ("  two\nlines\tand  spaces ", "two lines and spaces"),
        ("a\x1b[31mred", "a [31mred"),
        ("", ""),
        ("x" * 72, "x" * 72),
        ("x" * 73, "x" * 71 + "…"),
    ],
)
def test_a_subject_is_one_short_line(text: str, subject: str) -> None:
    assert subject_line(text) == subject


@settings(max_examples=50, deadline=None)
@given(st.text())
def test_a_subject_is_always_printable_and_short(text: str) -> None:
    subject = subject_line(text)
    assert len(subject) <= 72 and subject.isprintable() and subject == subject.strip()
