"""The fold: the same events lead to the same state, in one go or in parts, and no event makes it
raise.
"""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from forge.timeline.event import Data, Event
from forge.timeline.run import events as ev
from forge.timeline.run.events import RUN_EVENTS
from forge.timeline.run.fold import advance, blank, fold
from forge.timeline.run.state import RunState
from tests.timeline.run.samples import COMMIT, HASH, OTHER, RUN, SAMPLES, STEPS, chained, histories


@settings(deadline=None, max_examples=200)
@given(histories(), st.integers(0, 20))
def test_folding_in_two_parts_equals_folding_at_once(events: list[Event], at: int) -> None:
    state = fold(RUN, STEPS, events[:at])
    for event in events[at:]:
        advance(state, event)
    assert state == fold(RUN, STEPS, events)


@settings(deadline=None, max_examples=150)
@given(histories())
def test_the_same_lines_lead_to_the_same_state(events: list[Event]) -> None:
    before = copy.deepcopy(events)
    first = fold(RUN, STEPS, events)
    second = fold(RUN, STEPS, [Event.decode(event.encode()) for event in events])
    assert first == second
    assert events == before  # the record is not changed by reading it


@settings(deadline=None, max_examples=150)
@given(histories())
def test_any_history_leads_to_a_usable_state(events: list[Event]) -> None:
    state = fold(RUN, STEPS, events)
    assert state.last_seq == len(events)
    assert state.last_type == (events[-1].type if events else "")
    assert 0 <= state.completed_steps <= len(STEPS)
    assert state.step is None or state.step.status in ("pending", "running")
    assert state.ended is (state.status in ("completed", "failed", "stopped"))
    assert (state.waiting, state.work.answer("step")) is not None


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
)
FIELDS = sorted({key for sample in SAMPLES for key in sample.as_data()})


@settings(deadline=None, max_examples=300)
@given(
    st.sampled_from(sorted(RUN_EVENTS.classes)),
    st.dictionaries(st.sampled_from(FIELDS), JSON),
    st.sampled_from([None, "01-01/1", "x"]),
)
def test_hostile_data_of_a_known_type_only_counts(
    kind: str, data: dict[str, object], step: str | None
) -> None:
    sample = next(event_data for event_data in SAMPLES if event_data.type == kind)
    for content in (data, {**sample.as_data(), **data}):
        event = replace(chained([sample])[0], step=step, data=content)
        assert fold(RUN, STEPS, [event]).last_type == kind


@pytest.mark.parametrize(
    "steps",
    [[], [{}], [{"id": None}], [{"id": "01-01/1", "name": "a", "stage": "edit", "mood": "good"}]],
)
def test_a_run_of_any_steps_starts_blank(steps: list[dict[str, object]]) -> None:
    state = blank(RUN, steps)
    assert (state.status, state.ended, len(state.steps)) == ("pending", False, len(steps))
    assert fold(RUN, steps, chained(SAMPLES)).last_seq == len(SAMPLES)


def test_an_unknown_type_only_counts() -> None:
    event = replace(chained([ev.StepCompleted(1)])[0], type="coffee_made")
    state = fold(RUN, STEPS, [event])
    assert state == replace(blank(RUN, STEPS), last_seq=1, last_type="coffee_made")


def state_after(*data: Data) -> RunState:
    return fold(RUN, STEPS, chained(data))


START = ev.MissionStarted("Goal", 3, {}, HASH, COMMIT, None, {"approve": "yes"})
STEP = ev.StepStarted(1, "Step 1", "edit")


def test_a_run_from_its_start_to_its_end() -> None:
    state = state_after(
        START,
        STEP,
        ev.StageChanged("", "edit"),
        ev.CheckpointCreated("cp-1", COMMIT, "before 01-01/1", []),
        ev.RunnerStarted("agent", [], HASH, OTHER),
        ev.RunnerFinished("agent", 0, 1),
        ev.DiffProposed("d-1", HASH, "1 file", "low", ["a"], []),
        ev.DiffApplied(COMMIT),
        ev.TestStarted("x", 1),
        ev.TestCompleted(True, 0, 5, [], "x", 1),
        ev.StepCompleted(1),
    )
    step, work = state.steps[0], state.steps[0].work
    assert (state.status, state.stage, state.options) == ("running", "edit", {"approve": "yes"})
    assert state.started_at == "2026-11-20T02:55:49.000001Z"
    assert (step.status, step.attempt, step.commits, step.first_checkpoint) == (
        "completed",
        1,
        [COMMIT],
        OTHER,
    )
    assert (work.checkpoint_id, work.checkpoint_commit, work.runner, work.applied) == (
        "cp-1",
        OTHER,
        "finished",
        True,
    )
    assert (work.commit, work.checks) == (COMMIT, {1: "passed"})
    assert (state.checkpoints, state.diffs, state.commits) == (1, 1, [OTHER, COMMIT])
    assert state.step is state.steps[1]
    ended = state_after(
        START,
        ev.MustHavesVerified(1, 0, 0, [], 0, 0, 1, "proven"),
        ev.Final("completed", 3, 3, "proven"),
    )
    assert (ended.status, ended.verdict, ended.ended) == ("completed", "proven", True)
    assert ended.counts == {
        "declared": 1,
        "passed": 1,
        "failed": 0,
        "unproven": 0,
        "stale": 0,
        "waived": 0,
    }
    assert ended.finished_at == "2026-11-20T02:55:49.000003Z"


def test_a_question_waits_until_it_is_answered() -> None:
    asked = ev.ApprovalRequested("ap-1", "human_verify", HASH, "check:2", "Look.", [{"id": "a"}])
    state = state_after(START, STEP, asked, ev.ExecutionPaused("approval", "Look."))
    assert state.waiting is not None
    assert (state.waiting.id, state.waiting.step, state.waiting.kind) == (
        "ap-1",
        "01-01/1",
        "human_verify",
    )
    assert (state.status, state.pause, state.pause_text) == ("paused", "approval", "Look.")
    assert state.work.answer("check:2") == "open"
    state = state_after(START, STEP, asked, ev.ApprovalResolved("ap-1", "approved", option="a"))
    assert state.waiting is None
    assert state.work.answer("check:2") == "approved"
    assert state.work.checks == {2: "approved"}
    assert state.questions["ap-1"].option == "a"
    assert state_after(START, STEP, asked, ev.ApprovalResolved("ap-1", "denied")).work.checks == {
        2: "denied"
    }
    assert state_after(START, ev.ApprovalResolved("ap-0", "approved")).questions == {}


@pytest.mark.parametrize(
    "about",
    ["check:x", "check:", "check:²", "check:" + "9" * 5000, "check:-1", "checks:1", "check:1:2"],
)
def test_an_answer_about_something_else_decides_no_check(about: str) -> None:
    state = state_after(
        START,
        STEP,
        ev.ApprovalRequested("ap-1", "human_verify", HASH, about),
        ev.ApprovalResolved("ap-1", "approved"),
    )
    assert (state.work.checks, state.work.answer(about)) == ({}, "approved")


def test_the_outcome_of_a_check() -> None:
    started = ev.TestStarted("x", 1)
    cases: dict[str, Data] = {
        "started": started,
        "passed": ev.TestCompleted(True, 0, 1, check=1),
        "failed": ev.TestCompleted(False, 1, 1, check=1),
        "inconclusive": ev.TestCompleted(False, 141, 1, check=1, inconclusive="a broken pipe"),
        "skipped": ev.TestSkipped("x", "why", 1),
    }
    assert {
        name: state_after(START, STEP, started, data).work.checks[1] for name, data in cases.items()
    } == {name: name for name in cases}
    changed = state_after(START, STEP, ev.TestCompleted(True, 0, 1, ["a.lock"], check=1))
    assert changed.work.changed[1].paths == ["a.lock"]
    assert state_after(START, STEP, ev.TestSkipped("x", "why", 1)).not_run == [
        ("01-01/1", "x", "why")
    ]


def test_a_failure_stops_and_a_retry_starts_over() -> None:
    failed: list[Data] = [
        START,
        STEP,
        ev.RunnerStarted("a", [], HASH, OTHER),
        ev.RunnerFinished("a", 1, 5),
        ev.FailureDetected("runner", "no"),
    ]
    state = state_after(*failed)
    assert state.work.failure is not None
    assert (state.work.failure.kind, state.work.runner) == ("runner", "failed")
    again = state_after(*failed, ev.ExecutionPaused("failure"), ev.StepRetried(2, 5, OTHER))
    assert (again.status, again.steps[0].attempt, again.work.failure, again.work.restore_to) == (
        "running",
        2,
        None,
        OTHER,
    )
    back = state_after(*failed, ev.StepRetried(2, 5, OTHER), ev.CheckpointRestored(OTHER, "again"))
    assert back.work.restore_to is None


def test_resuming_after_a_failure_accepts_the_tree_as_it_is() -> None:
    state = state_after(
        START,
        STEP,
        ev.RunnerStarted("a", [], HASH, OTHER),
        ev.RunnerFinished("a", 1, 5),
        ev.FailureDetected("runner", "no"),
        ev.ExecutionPaused("failure"),
        ev.ExecutionResumed("01-01/1", accept=True),
    )
    assert (state.status, state.pause) == ("running", "")
    assert (state.work.failure, state.work.runner, state.work.user_repaired) == (
        None,
        "finished",
        True,
    )


def test_a_skipped_step_closes_its_questions() -> None:
    state = state_after(
        START,
        STEP,
        ev.ApprovalRequested("ap-1", "decision", HASH, "step"),
        ev.StepSkipped("by hand"),
    )
    assert (state.steps[0].status, state.steps[0].skip_reason, state.waiting) == (
        "skipped",
        "by hand",
        None,
    )
    assert state.completed_steps == 0
    assert state.step is state.steps[1]


def test_a_repair_is_another_attempt() -> None:
    state = state_after(START, STEP, ev.FailureDetected("test", "no"), ev.RepairAttempted(1, "no"))
    assert (state.steps[0].attempt, state.steps[0].repairs, state.work.failure) == (2, 1, None)


@pytest.mark.parametrize(
    ("action", "attempt", "restore"),
    [("restore", 2, OTHER), ("wait", 1, None), ("continue", 1, None)],
)
def test_how_an_interruption_is_handled(action: str, attempt: int, restore: str | None) -> None:
    state = state_after(
        START,
        STEP,
        ev.ExecutionPaused("interrupted"),
        ev.RunInterrupted(3),
        ev.RunRecovered(action, OTHER),
    )
    assert (state.status, state.steps[0].attempt, state.work.restore_to) == (
        "running",
        attempt,
        restore,
    )


def test_retrieved_paths_are_listed_once() -> None:
    files: list[dict[str, Any]] = [{"path": "a", "blob": COMMIT, "why": "x"}, {"path": "b"}]
    state = state_after(
        START,
        STEP,
        ev.RetrievalStarted("r-1", "q"),
        ev.RetrievalCompleted("r-1", 1, "s", files),
        ev.RetrievalCompleted("r-2", 1, "s", files),
    )
    assert (state.retrievals, state.work.retrieved) == (1, True)
    assert [entry["path"] for entry in state.context] == ["a"]


def test_truths_have_answers() -> None:
    state = state_after(
        ev.TruthProven(1, "a", "x", COMMIT),
        ev.TruthFailed(2, "b", "x", COMMIT),
        ev.TruthAttested(3, "c", "Ada", "seen"),
    )
    assert state.truths == {1: "proven", 2: "failed", 3: "attested"}


def test_an_adoption_voids_what_was_granted_and_not_acted_on() -> None:
    """The record came from elsewhere: its options and answers are claims of the other clone."""
    before: list[Data] = [
        ev.MissionStarted("Make it.", 1, {}, HASH, COMMIT, None, {"approve": "yes"}),
        ev.StepStarted(1, "Write it", "edit"),
        ev.DiffProposed("d-1", HASH, "1 file", "low", ["a.txt"], [], [], [], True, []),
        ev.ApprovalRequested("ap-1", "scope", HASH, "diff", "Allow it?"),
        ev.ApprovalResolved("ap-1", "approved"),
        ev.ApprovalRequested("ap-2", "human_verify", HASH, "check:1", "Is it so?"),
        ev.ApprovalResolved("ap-2", "approved"),
        ev.ApprovalRequested("ap-3", "decision", HASH, "step", "Which one?"),
    ]
    there = fold(RUN, STEPS, chained(before))
    assert there.options and there.work.proposal and there.work.answer("diff") == "approved"
    assert there.work.checks == {1: "approved"}
    here = fold(RUN, STEPS, chained([*before, ev.RunAdopted("there", "here")]))
    assert here.options == {} and here.work.proposal is None and here.work.checks == {}
    assert here.work.answer("diff") is here.work.answer("check:1") is None
    assert here.work.answer("step") == "open" and here.waiting is not None
