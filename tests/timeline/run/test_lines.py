"""What people see of each event: its line in a review, its line of progress, and the activity."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from forge.timeline.run import events as ev
from forge.timeline.run.event import RunEvent, shorten
from forge.timeline.run.events import RUN_EVENTS
from forge.timeline.run.state import RunState, StepState
from tests.timeline.run.samples import COMMIT, DATA, HASH, OTHER, RUN, SAMPLES, VERDICT, chained

LONG = "x" * 200
STATE = RunState(RUN, [StepState("01-01/1", 1, "", ""), StepState("01-01/2", 2, "", "")])


def tdd(success: bool) -> RunEvent:
    return ev.TestCompleted(success, int(not success), 1, command="t", phase="before")


def line(data: RunEvent) -> str:
    return data.line(chained([data])[0])


def progress(data: RunEvent) -> str:
    return data.progress(chained([data])[0], STATE)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (ev.ApprovalResolved("ap-1", "approved"), "ap-1 approved by Ada <ada@example.org>"),
        (
            ev.ApprovalResolved("ap-1", "denied", reason="too big", kind="diff", option="left"),
            "diff denied by Ada <ada@example.org>; option left; too big",
        ),
        (ev.CheckpointCreated("cp-1", COMMIT, "before 1"), "cp-1"),
        (ev.CheckpointRestored(COMMIT, "it starts over"), "restored 1234567890: it starts over"),
        (ev.DiffProposed("d", HASH, "1 file, +2 -0", "low", [], []), "1 file, +2 -0, risk low"),
        (ev.DiffApplied(COMMIT), "committed 1234567890"),
        (ev.DiffApplied(None), "nothing changed"),
        (ev.TruthProven(1, "It works", "npm test", COMMIT), "truth:1 proven: It works"),
        (ev.TruthFailed(2, "It is fast", "x", COMMIT), "truth:2 failed: It is fast"),
        (ev.TruthAttested(3, "It is nice", "Ada", "seen"), "truth:3 attested: It is nice"),
        (ev.TruthWaived("artifact:1", "b.py", "Ada", "later"), "artifact:1 waived: b.py"),
        (ev.FailureDetected("test", "exit 1"), "test: exit 1"),
        (ev.ExecutionPaused("manual", "Write it."), "manual: Write it."),
        (ev.ExecutionResumed("01-01/2"), "resumed at 01-01/2"),
        (ev.ExecutionResumed(None, accept=True), "resumed, the tree accepted as it is"),
        (ev.ExecutionStopped("wrong plan"), "stopped: wrong plan"),
        (ev.ExecutionStopped(""), "stopped"),
        (ev.RunInterrupted(12), "interrupted after event 12"),
        (ev.RunRecovered("restore", COMMIT), "recovered: restore 1234567890"),
        (ev.RunRecovered("wait"), "recovered: wait"),
        (ev.RunAdopted("01JOTHER"), "adopted from the clone 01JOTHER"),
        (ev.RunnerFinished("agent", 0, 5), "agent ended (exit), status 0"),
        (ev.RunnerFinished("agent", None, 5, ended="idle"), "agent ended (idle), status None"),
        (ev.RepairAttempted(2, "expected 2"), "repair 2: expected 2"),
        (ev.StepSkipped("no need"), "skipped: no need"),
        (ev.StepSkipped("carried from run a", "a"), "carried from run a"),
        (ev.StepRetried(3, 7), "attempt 3"),
        (ev.TestCompleted(True, 0, 5, command="npm test"), "npm test: passed"),
        (ev.TestCompleted(False, 2, 5, command="make"), "make: failed with status 2"),
        (
            ev.TestCompleted(False, None, 5, command="make", ended="timeout"),
            "make: failed (timeout)",
        ),
        (
            ev.TestCompleted(False, 0, 5, command="make", inconclusive="no test ran"),
            "make: proves nothing, no test ran",
        ),
        (ev.TestSkipped("make", "no network"), "make: not run, no network"),
    ],
    ids=lambda value: value.type if isinstance(value, RunEvent) else "",
)
def test_the_line_of_a_review(data: RunEvent, text: str) -> None:
    assert line(data) == text
    assert data.review_kind, "it is listed"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (ev.StepStarted(1, "Write it", "edit"), "[1/2] Write it (edit)"),
        (ev.RetrievalCompleted("r", 2, "2 files"), "context: 2 files"),
        (ev.RunnerStarted("agent", [], HASH, None), "runner agent …"),
        (ev.RunnerFinished("agent", 1, 61_234), "runner ended: exit, status 1, 61.2 s"),
        (ev.CheckpointCreated("cp-1", COMMIT, ""), "checkpoint cp-1"),
        (ev.DiffProposed("d", HASH, "1 file", "high", [], []), "diff: 1 file, risk high"),
        (ev.DiffApplied(COMMIT), "committed 1234567890"),
        (ev.DiffApplied(None), ""),
        (ev.TestCompleted(True, 0, 1500, command="npm test"), "ok: npm test (1.5 s)"),
        (ev.TestCompleted(False, 1, 49, command=LONG), f"FAILED: {'x' * 89}… (0.0 s)"),
        (tdd(True), "passes before the work: t (0.0 s)"),
        (tdd(False), "fails before the work: t (0.0 s)"),
        (ev.TestSkipped("make\nall", "no network"), "not run: make all (no network)"),
        (ev.RepairAttempted(2, "expected 2"), "repair 2"),
        (ev.FailureDetected("test", "exit 1"), "failed (test)"),
        (ev.ApprovalRequested("ap-1", "diff", HASH), "asks: diff"),
        (ev.ApprovalResolved("ap-1", "denied"), "answered: denied"),
        (
            ev.CheckpointRestored(COMMIT, "", OTHER),
            "restored 1234567890; the files as they were are kept as ffffffffff",
        ),
        (
            ev.RollbackStarted("undo", RUN, None, COMMIT, COMMIT, OTHER),
            f"undo of {RUN}; the files as they are now are kept as ffffffffff",
        ),
        (ev.RunRecovered("index"), "the index was gone or damaged, and was rebuilt from HEAD"),
        (ev.RunRecovered("wait"), ""),
        (ev.MustHavesVerified(1, 0, 1, [VERDICT], declared=2), "must-haves: 1 of 2 pass"),
        (ev.StepSkipped("no need"), "01-01/1 skipped: no need"),
        (ev.StepSkipped("carried from run a", "a"), "01-01/1: carried from run a"),
        (ev.ExecutionPaused("manual", "Write it."), ""),
    ],
    ids=lambda value: value.type if isinstance(value, RunEvent) else "",
)
def test_the_line_of_progress(data: RunEvent, text: str) -> None:
    assert progress(data) == text


def test_a_run_starts_with_its_notes_and_not_too_many() -> None:
    notes = [f"note {number}" for number in range(11)]
    started = ev.MissionStarted("", 1, {}, HASH, COMMIT, findings=notes, user_setup=["a\nkey"])
    lines = progress(started)
    assert lines[0] == f"run {RUN}: 1 step"
    assert lines[1:3] == ["  to be noted: note 0", "  to be noted: note 1"]
    assert lines[-2:] == [
        "  to be noted: 3 more, see `forge validate`",
        "  to set up by hand first: a key",
    ]


@pytest.mark.parametrize(
    ("data", "good"),
    [
        (ev.ApprovalResolved("a", "approved"), True),
        (ev.ApprovalResolved("a", "denied"), False),
        (ev.RunnerFinished("agent", 0, 1), True),
        (ev.RunnerFinished("agent", None, 1), False),
        (ev.TestCompleted(True, 0, 1), True),
        (ev.TestCompleted(False, 1, 1), False),
        (ev.TestCompleted(False, 0, 1, inconclusive="no test ran"), None),
        (ev.TestSkipped("x", "y"), None),
        (ev.FailureDetected("test", "x"), False),
        (ev.TruthProven(1, "", "", ""), True),
        (ev.TruthFailed(1, "", "", ""), False),
        (ev.TruthWaived("artifact:1", "", "", ""), True),
        (ev.DiffApplied(None), None),
    ],
    ids=str,
)
def test_whether_it_went_well(data: RunEvent, good: bool | None) -> None:
    assert data.good() is good


def test_only_three_events_change_what_is_at_work() -> None:
    activities = {data.type: data.activity() for data in SAMPLES if data.activity() is not None}
    assert activities == {
        "step_started": "",
        "runner_started": "agent",
        "test_started": "verifying",
    }


def test_headings_are_the_parts_of_a_run() -> None:
    headings = {name for name, cls in RUN_EVENTS.classes.items() if cls.heading}
    assert headings == {
        "mission_started",
        "step_started",
        "rollback_started",
        "must_haves_verified",
    }


def test_events_that_a_review_leaves_out_have_no_line() -> None:
    for data in SAMPLES:
        assert bool(data.review_kind) is bool(line(data)), data.type


@settings(deadline=None, max_examples=200)
@given(DATA)
def test_any_data_has_lines(data: Any) -> None:
    (event,) = chained([data])
    assert isinstance(data.line(event), str)
    assert isinstance(data.progress(event, STATE), (str, list))
    assert data.good() in (True, False, None)


@pytest.mark.parametrize(
    ("text", "short"),
    [("", ""), ("a\n  b\tc", "a b c"), ("x" * 90, "x" * 90), ("x" * 91, "x" * 89 + "…")],
)
def test_a_quoted_text_is_one_line_that_fits(text: str, short: str) -> None:
    assert shorten(text) == short
