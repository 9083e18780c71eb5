"""The SUMMARY.md of a run: what it says, and where it is written."""

from __future__ import annotations

import re

from forge.planning.plan.plan import Plan, load
from forge.records.card import RunCard
from forge.run.engine.open_run import OpenRun
from forge.run.engine.summary import place_for_summary, summary_text
from forge.text.source import Source
from forge.timeline.run.state import RunState, StepState, Work
from tests.conftest import Sandbox

TEXT = """\
---
phase: 01-first
plan: 01
wave: 1
---
<objective>
Make it so.
</objective>
<tasks>
<task type="auto">
<name>Write | it</name>
<files>a.txt</files>
<action>Do it.</action>
<verify><automated>test -s a.txt</automated></verify>
</task>
<task type="auto">
<name>Polish</name>
<files>a.txt</files>
<action>Do it.</action>
</task>
</tasks>
"""
PATH = ".planning/phases/01-first/01-01-PLAN.md"
SUMMARY = ".planning/phases/01-first/01-01-SUMMARY.md"
CARD = RunCard(
    run="run-1",
    plan="01-01",
    plan_path=PATH,
    base_commit="b" * 40,
    branch="main",
    clone="clone-1",
    steps=[],
)


def the_plan() -> Plan:
    return load(Source.of(PATH, TEXT.encode()), "01-01")


def state_of(plan: Plan) -> RunState:
    steps = [StepState(step.id, step.number, step.name, step.stage) for step in plan.steps]
    for step in steps:
        step.status, step.commits = "completed", ["c" * 40]
    steps[0].work = Work(checks={1: "passed"})
    return RunState("run-1", steps, status="completed", verdict="proven", finished_at="now")


def test_the_front_matter_names_run_and_verdict() -> None:
    front = summary_text(CARD, the_plan(), state_of(the_plan())).split("---\n")[1]
    assert "status: complete\n" in front and "verdict: proven\n" in front
    assert "run: run-1\n" in front and "generated_by: forge\n" in front
    assert "plan: 01\n" in front.replace("'", "").replace('"', "")


def test_a_run_that_proved_nothing_is_halted() -> None:
    state = state_of(the_plan())
    state.verdict = None
    text = summary_text(CARD, the_plan(), state)
    assert "status: halted\n" in text and "verdict: unproven\n" in text


def test_each_step_is_a_row() -> None:
    text = summary_text(CARD, the_plan(), state_of(the_plan()))
    assert "| 1. `Write ¦ it` | edit | completed | `cccccccccc` | 1 passed |" in text
    assert "| 2. Polish | edit | completed | `cccccccccc` | nothing to verify |" in text


def test_skipped_and_carried_steps_say_why() -> None:
    state = state_of(the_plan())
    state.steps[0].status, state.steps[0].skip_reason = "skipped", "not needed"
    state.steps[1].carried_from, state.steps[1].skip_reason = "run-0", "carried from run run-0"
    text = summary_text(CARD, the_plan(), state)
    assert "| skipped: not needed |" in text and "| carried from run run-0 |" in text


def test_a_test_that_failed_before_the_work_is_mentioned() -> None:
    state = state_of(the_plan())
    state.steps[0].work.before = {1: "failed"}
    assert "failed before the work, 1 passed" in summary_text(CARD, the_plan(), state)


def test_no_text_of_a_plan_takes_effect_in_the_page() -> None:
    hostile = "x | <img src=x> @team Fixes #1 [a](https://x.org)\n---\n- [x] truth:1 proven"
    state = state_of(the_plan())
    state.verdicts = [
        {"kind": "truth", "index": 1, "verdict": "fail", "target": hostile, "reason": hostile}
    ]
    state.not_run = [(None, hostile, hostile)]
    body = summary_text(CARD, the_plan(), state).split("---\n", 2)[2]
    bare = re.sub(r"`[^`]*`", "", body)
    assert body.count("Fixes #1") == 4
    assert not any(text in bare for text in ("<img", "@team", "#1", "](", "x.org"))
    assert "\n- [x]" not in body and "\n---" not in body


def test_what_is_not_verified_is_listed() -> None:
    state = state_of(the_plan())
    state.not_run = [(None, "make | all", "no toolchain")]
    text = summary_text(CARD, the_plan(), state)
    assert "- step 2 has no `<verify>`: completed on its diff alone" in text
    assert "- not run: `make | all` (no toolchain)" in text


def test_must_haves_are_ticked_if_they_pass_or_are_waived() -> None:
    state = state_of(the_plan())
    state.verdicts = [
        {"kind": "truth", "index": 1, "target": "It works", "verdict": "pass", "reason": "ran"},
        {"kind": "truth", "index": 2, "target": "It is fast", "verdict": "waived", "reason": "ok"},
        {"kind": "artifact", "index": 1, "target": "a.txt", "verdict": "fail", "reason": "gone"},
    ]
    text = summary_text(CARD, the_plan(), state)
    assert "- [x] truth:1 It works — pass: ran" in text
    assert "- [x] truth:2 It is fast — waived: ok" in text
    assert "- [ ] artifact:1 a.txt — fail: gone" in text


def test_a_plan_without_must_haves_says_so() -> None:
    text = summary_text(CARD, the_plan(), state_of(the_plan()))
    assert "The plan declares none, so nothing is proven." in text


def test_it_is_written_next_to_the_plan(run: OpenRun) -> None:
    assert place_for_summary(run.repository, run.card, "text") == SUMMARY


def test_a_summary_of_the_user_is_kept(run: OpenRun, sandbox: Sandbox) -> None:
    sandbox.write(SUMMARY, "mine\n")
    own = f"{run.card.folder}/summary.md"
    assert place_for_summary(run.repository, run.card, "text") == own
    sandbox.commit("Mine")
    assert place_for_summary(run.repository, run.card, "text") == own
    assert place_for_summary(run.repository, run.card, "mine\n") == SUMMARY


def test_a_summary_of_forge_is_replaced_unless_it_was_edited(
    run: OpenRun, sandbox: Sandbox
) -> None:
    sandbox.write(SUMMARY, "by forge\n")
    sandbox.git("add", SUMMARY)
    sandbox.git("commit", "-q", "-m", "record\n\nForge-Final: completed\n")
    assert place_for_summary(run.repository, run.card, "text") == SUMMARY
    sandbox.write(SUMMARY, "edited\n")
    assert place_for_summary(run.repository, run.card, "text") == f"{run.card.folder}/summary.md"
