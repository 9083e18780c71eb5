"""Events against the card, the plan and each other."""

from __future__ import annotations

from typing import Any

import pytest

from forge.check.replay.record import Report
from forge.check.replay.story import check_story
from forge.timeline.run.state import RunState
from tests.check.replay.units import Log, messages

ONE, TWO = "01-01/1", "01-01/2"


def problems_in(log: Log, **card: Any) -> list[tuple[int, str]]:
    report = Report()
    check_story(log.record(**card), report)
    return messages(report)


def state(log: Log) -> RunState:
    return check_story(log.record(), Report())


def step(log: Log, name: str = ONE, index: int = 1) -> Log:
    log.add("step_started", name, step_index=index, description="", stage="edit")
    return log.add("step_completed", name, step_index=index)


def test_two_steps() -> None:
    log = step(step(Log().start()), TWO, 2)
    assert problems_in(log) == [] and state(log).completed_steps == 2


@pytest.mark.parametrize("log", [Log(), Log().add("run_interrupted", last_seq=0)])
def test_a_log_that_does_not_start_a_run(log: Log) -> None:
    assert (1, "the first event is not mission_started") in problems_in(log)


def test_a_run_that_starts_twice() -> None:
    assert (2, "a run starts only once") in problems_in(Log().start().start())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("plan_sha256", "2" * 64),
        ("base_commit", "b" * 40),
        ("goal", "Another"),
        ("prior_run", "r0"),
        ("steps_count", 3),
    ],
)
def test_a_start_that_differs_from_the_card(name: str, value: object) -> None:
    ((seq, message),) = problems_in(Log().start(**{name: value}))
    assert seq == 1 and message.startswith(f"run.yaml says another {name}: ")
    assert message.endswith(f"not {value}")


def approved(subject: str, kind: str = "plan") -> Log:
    return (
        Log()
        .start()
        .add(
            "approval_resolved",
            approval_id="a-1",
            decision="approve",
            kind=kind,
            subject_sha256=subject,
        )
    )


@pytest.mark.parametrize(
    ("log", "card", "count"),
    [
        (approved("5" * 64), {"subject": "5" * 64}, 0),
        (approved("6" * 64), {"subject": "5" * 64}, 1),
        (approved("6" * 64), {}, 0),
        (Log().start(), {"subject": "5" * 64}, 0),
    ],
)
def test_the_approved_text(log: Log, card: dict[str, str], count: int) -> None:
    problems = problems_in(log, approval=card)
    assert problems == [(2, "run.yaml says that another text was approved")] * count


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        (step(Log().start(), "01-01/9", 9), "the run has no step 01-01/9"),
        (step(Log().start(), ONE, 4), "01-01/1 is step 1, not 4"),
        (step(Log().start(), TWO, 2), "01-01/2 cannot start here: it is pending"),
        (
            Log().start().add("step_completed", ONE, step_index=1),
            "01-01/1 cannot be completed here: it is pending",
        ),
        (
            Log().start().add("runner_finished", ONE, runner="x", exit_code=0, duration_ms=1),
            "no runner was running",
        ),
    ],
)
def test_events_of_steps_at_the_wrong_time(log: Log, expected: str) -> None:
    assert expected in [message for _, message in problems_in(log)]


def proposal(name: str) -> dict[str, Any]:
    return {
        "diff_id": name,
        "diff_sha256": "1" * 64,
        "summary": "",
        "risk_level": "low",
        "files_changed": [],
        "out_of_scope": [],
    }


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("diff_proposed", proposal("d-1")),
        (
            "checkpoint_created",
            {"checkpoint_id": "d-1", "base_commit": "a" * 40, "description": ""},
        ),
        ("approval_requested", {"approval_id": "d-1", "kind": "x", "subject_sha256": ""}),
    ],
)
def test_an_id_that_is_used_twice(kind: str, data: dict[str, Any]) -> None:
    problems = problems_in(Log().start().add(kind, **data).add(kind, **data))
    assert (3, "d-1 is used a second time") in problems


def test_an_answer_without_a_request() -> None:
    answer = {"approval_id": "a-7", "decision": "approve", "kind": "diff"}
    problems = problems_in(Log().start().add("approval_resolved", **answer))
    assert (2, "a-7 was never requested") in problems


def verified(verdicts: list[str], verdict: str = "unproven", **counts: int) -> Log:
    numbers = {
        "passed": verdicts.count("pass"),
        "failed": verdicts.count("fail"),
        "unproven": verdicts.count("unproven"),
        "stale": verdicts.count("stale"),
        "waived": verdicts.count("waived"),
        "declared": len(verdicts),
    }
    return (
        Log()
        .start()
        .add(
            "must_haves_verified",
            verdicts=[{"verdict": name} for name in verdicts],
            verdict=verdict,
            **{**numbers, **counts},
        )
    )


@pytest.mark.parametrize(
    "log",
    [
        verified(["pass"], "proven"),
        verified(["pass", "waived"], "proven"),
        verified(["fail", "pass"], "failed"),
        verified(["pass", "unproven"], "unproven"),
        verified(["stale"], "unproven"),
        verified([], "unproven"),
        verified(["pass"], "unproven"),
    ],
)
def test_right_counts(log: Log) -> None:
    assert problems_in(log) == []


@pytest.mark.parametrize(
    ("log", "message"),
    [
        (verified(["pass"], "proven", passed=2), "it says passed 2, and lists 1"),
        (verified(["fail"], "failed", failed=0), "it says failed 0, and lists 1"),
        (verified([], "unproven", unproven=1), "it says unproven 1, and lists 0"),
        (verified(["stale"], stale=0), "it says stale 0, and lists 1"),
        (verified(["waived"], "proven", waived=3), "it says waived 3, and lists 1"),
        (verified(["pass"], "proven", declared=0), "it says declared 0, and lists 1"),
        (verified(["unproven"], "proven"), "its list does not make the plan proven"),
        (verified([], "proven"), "its list does not make the plan proven"),
        (verified(["fail"], "unproven"), "its list does not make the plan unproven"),
        (verified(["pass"], "failed"), "its list does not make the plan failed"),
    ],
)
def test_wrong_counts(log: Log, message: str) -> None:
    assert problems_in(log) == [(2, message)]


def test_the_end_of_a_run() -> None:
    log = step(step(Log().start()), TWO, 2)
    log.add(
        "final", status="completed", completed_steps=2, total_steps=2, verdict=state(log).verdict
    )
    assert problems_in(log) == []


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"completed_steps": 2}, "it says completed_steps 2, and the events before it 1"),
        ({"total_steps": 3}, "it says total_steps 3, and the events before it 2"),
        ({"status": "completed"}, "01-01/2 is pending: the run was not finished"),
        ({"status": "completed", "verdict": "proven"}, "it says proven, and the verdicts"),
    ],
)
def test_an_end_that_does_not_fit(data: dict[str, Any], message: str) -> None:
    end = {"status": "failed", "completed_steps": 1, "total_steps": 2, **data}
    problems = [text for _, text in problems_in(step(Log().start()).add("final", **end))]
    assert any(text.startswith(message) for text in problems), problems


def test_events_after_the_end() -> None:
    log = Log().start().add("final", status="failed", completed_steps=0, total_steps=2)
    assert (3, "there are events after `final`") in problems_in(
        log.add("run_interrupted", last_seq=2)
    )
