"""Checks that events fit the card, the plan and each other, and that their counts are right."""

from __future__ import annotations

from collections import Counter

from forge.check.replay.answers import check_answer
from forge.check.replay.record import Record, Report, data_of
from forge.timeline.event import Event
from forge.timeline.run import events as ev
from forge.timeline.run import fold
from forge.timeline.run.state import RunState

_VERDICT_OF_COUNT = {
    "passed": "pass",
    "failed": "fail",
    "unproven": "unproven",
    "stale": "stale",
    "waived": "waived",
}
_ID_FIELDS = {
    ev.CheckpointCreated.type: "checkpoint_id",
    ev.DiffProposed.type: "diff_id",
    ev.ApprovalRequested.type: "approval_id",
}


def check_story(record: Record, report: Report) -> RunState:
    """Fold the events, report each one that does not fit the events before it, and return the
    resulting state.
    """
    _check_start(record, report)
    _check_approval(record, report)
    state = fold.blank(record.card.run, record.card.steps)
    seen: set[tuple[str, str]] = set()
    for event in record.events:
        if state.ended:
            report.add_problem(event.seq, "there are events after `final`")
        _check_step(event, record, state, report)
        _check_ids(event, seen, report)
        check_answer(event, state, report)
        _check_counts(event, report)
        if event.type == ev.Final.type:
            _check_final(event, state, report)
        fold.advance(state, event)
    return state


def _check_start(record: Record, report: Report) -> None:
    """Check that the first event, and only it, starts the run with what the card says."""
    card, first = record.card, record.events[0] if record.events else None
    started = data_of(first, ev.MissionStarted) if first is not None else None
    if started is None:
        report.add_problem(1, "the first event is not mission_started")
        return
    for event in record.events[1:]:
        if event.type == ev.MissionStarted.type:
            report.add_problem(event.seq, "a run starts only once")
    pairs = {
        "plan_sha256": (started.plan_sha256, card.plan_sha256),
        "base_commit": (started.base_commit, card.base_commit),
        "goal": (started.goal, card.goal),
        "prior_run": (started.prior_run, card.prior_run),
        "steps_count": (started.steps_count, len(card.steps)),
    }
    for name, (in_event, in_card) in pairs.items():
        if in_event != in_card:
            report.add_problem(1, f"run.yaml says another {name}: {in_card}, not {in_event}")


def _check_approval(record: Record, report: Report) -> None:
    """Check that the first approval is of the text that the card says was approved."""
    started = record.events and data_of(record.events[0], ev.MissionStarted)
    approvals = (data_of(event, ev.ApprovalResolved) for event in record.events)
    first = next((approval for approval in approvals if approval), None)
    card = record.card.approval
    subject = card.get("subject") if isinstance(card, dict) else None
    if not started or not subject or first is None or first.kind != "plan":
        return
    if first.subject_sha256 != subject:
        report.add_problem(2, "run.yaml says that another text was approved")


def _check_step(event: Event, record: Record, state: RunState, report: Report) -> None:
    """Check that the event is about a step of the run that can be in that situation."""
    step = state.step_of(event.step)
    if event.step is not None and step is None and record.card.steps:
        report.add_problem(event.seq, f"the run has no step {event.step}")
    if step is None:
        return
    index = event.data.get("step_index")
    if isinstance(index, int) and index != step.number:
        report.add_problem(event.seq, f"{event.step} is step {step.number}, not {index}")
    if event.type == ev.StepStarted.type and (step.status != "pending" or state.step is not step):
        report.add_problem(event.seq, f"{event.step} cannot start here: it is {step.status}")
    if event.type == ev.StepCompleted.type and step.status != "running":
        report.add_problem(event.seq, f"{event.step} cannot be completed here: it is {step.status}")
    if event.type == ev.RunnerFinished.type and step.work.runner != "started":
        report.add_problem(event.seq, "no runner was running")


def _check_ids(event: Event, seen: set[tuple[str, str]], report: Report) -> None:
    """Check that ids are unique."""
    if event.type in _ID_FIELDS:
        identity = str(event.data.get(_ID_FIELDS[event.type]))
        if (event.type, identity) in seen:
            report.add_problem(event.seq, f"{identity} is used a second time")
        seen.add((event.type, identity))


def _check_counts(event: Event, report: Report) -> None:
    """Check that the counts of a verdict event match its list of verdicts."""
    verified = data_of(event, ev.MustHavesVerified)
    if verified is None:
        return
    total = len(verified.verdicts)
    number = Counter(str(verdict.get("verdict")) for verdict in verified.verdicts)
    expected = {name: number[verdict] for name, verdict in _VERDICT_OF_COUNT.items()}
    for name, count in {**expected, "declared": total}.items():
        if getattr(verified, name) != count:
            report.add_problem(
                event.seq, f"it says {name} {getattr(verified, name)}, and lists {count}"
            )
    settled = total > 0 and number["pass"] + number["waived"] == total
    failed, proven = verified.verdict == "failed", verified.verdict == "proven"
    if failed != bool(number["fail"]) or (proven and not settled):
        report.add_problem(event.seq, f"its list does not make the plan {verified.verdict}")


def _check_final(event: Event, state: RunState, report: Report) -> None:
    """Check that the final event agrees with the events before it."""
    final = data_of(event, ev.Final)
    if final is None:
        return
    for name, stated, counted in (
        ("completed_steps", final.completed_steps, state.completed_steps),
        ("total_steps", final.total_steps, len(state.steps)),
    ):
        if stated != counted:
            report.add_problem(
                event.seq, f"it says {name} {stated}, and the events before it {counted}"
            )
    if final.status == "completed" and final.verdict != state.verdict:
        report.add_problem(event.seq, f"it says {final.verdict}, and the verdicts {state.verdict}")
    if final.status == "completed" and state.step is not None:
        report.add_problem(
            event.seq, f"{state.step.id} is {state.step.status}: the run was not finished"
        )
