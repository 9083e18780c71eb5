"""The story: events that fit the card, the plan and each other, and counts that fit what they
count.
"""

from __future__ import annotations

from collections import Counter

from forge.check.replay.problems import Account, Record, data_of
from forge.timeline.event import Event
from forge.timeline.run import events as ev
from forge.timeline.run import fold
from forge.timeline.run.state import RunState

_ANSWERS = {
    "passed": "pass",
    "failed": "fail",
    "unproven": "unproven",
    "stale": "stale",
    "waived": "waived",
}
_IDS = {
    "checkpoint_created": "checkpoint_id",
    "diff_proposed": "diff_id",
    "approval_requested": "approval_id",
}


def check_story(record: Record, account: Account) -> RunState:
    """Fold the events and name each that does not fit what came before; return the state that they
    lead to.
    """
    _check_beginning(record, account)
    state = fold.blank(record.card.run, record.card.steps)
    seen: set[tuple[str, str]] = set()
    for event in record.events:
        if state.ended:
            account.wrong(event.seq, "nothing may stand behind `final`")
        _check_place(event, record, state, account)
        _check_once(event, seen, account)
        _check_counts(event, account)
        if event.type == ev.Final.type:
            _check_final(event, state, account)
        fold.advance(state, event)
    return state


def _check_beginning(record: Record, account: Account) -> None:
    card, first = record.card, record.events[0] if record.events else None
    started = data_of(first, ev.MissionStarted) if first is not None else None
    if started is None:
        account.wrong(1, "the first event is not mission_started")
        return
    for event in record.events[1:]:
        if event.type == ev.MissionStarted.type:
            account.wrong(event.seq, "a run begins once")
    pairs = {
        "plan_sha256": (started.plan_sha256, card.plan_sha256),
        "base_commit": (started.base_commit, card.base_commit),
        "goal": (started.goal, card.goal),
        "prior_run": (started.prior_run, card.prior_run),
        "steps_count": (started.steps_count, len(card.steps)),
    }
    for name, (told, carded) in pairs.items():
        if told != carded:
            account.wrong(1, f"run.yaml says another {name}: {carded}, not {told}")
    approval = next(
        (found for event in record.events if (found := data_of(event, ev.ApprovalResolved))), None
    )
    subject = card.approval.get("subject") if isinstance(card.approval, dict) else None
    if (
        subject
        and approval is not None
        and approval.kind == "plan"
        and approval.subject_sha256 != subject
    ):
        account.wrong(2, "run.yaml says that another text was approved")


def _check_place(event: Event, record: Record, state: RunState, account: Account) -> None:
    """The event is about a step of the run, at a moment when that can happen to it."""
    step = state.step_of(event.step)
    if event.step is not None and step is None and record.card.steps:
        account.wrong(event.seq, f"the run has no step {event.step}")
    if step is None:
        return
    index = event.data.get("step_index")
    if isinstance(index, int) and index != step.number:
        account.wrong(event.seq, f"{event.step} is step {step.number}, not {index}")
    if event.type == ev.StepStarted.type and (step.status != "pending" or state.step is not step):
        account.wrong(event.seq, f"{event.step} cannot begin here: it is {step.status}")
    if event.type == ev.StepCompleted.type and step.status != "running":
        account.wrong(event.seq, f"{event.step} cannot be completed here: it is {step.status}")
    if event.type == ev.RunnerFinished.type and step.work.runner != "started":
        account.wrong(event.seq, "no runner was at work")


def _check_once(event: Event, seen: set[tuple[str, str]], account: Account) -> None:
    """Ids are given once, and only what was asked is answered."""
    if event.type in _IDS:
        identity = str(event.data.get(_IDS[event.type]))
        if (event.type, identity) in seen:
            account.wrong(event.seq, f"{identity} is given a second time")
        seen.add((event.type, identity))
    answer = data_of(event, ev.ApprovalResolved)
    if (
        answer is not None
        and answer.kind != "plan"
        and ("approval_requested", answer.approval_id) not in seen
    ):
        account.wrong(event.seq, f"{answer.approval_id} was never asked")


def _check_counts(event: Event, account: Account) -> None:
    """The counts of a verdict are those of its list."""
    told = data_of(event, ev.MustHavesVerified)
    if told is None:
        return
    number = Counter(str(verdict.get("verdict")) for verdict in told.verdicts)
    for name, answer in _ANSWERS.items():
        if getattr(told, name) != number[answer]:
            account.wrong(
                event.seq, f"it says {name} {getattr(told, name)}, and lists {number[answer]}"
            )
    if told.declared != len(told.verdicts):
        account.wrong(
            event.seq, f"it says declared {told.declared}, and lists {len(told.verdicts)}"
        )
    settled = bool(told.verdicts) and number["pass"] + number["waived"] == len(told.verdicts)
    if (told.verdict == "failed") != bool(number["fail"]) or (
        told.verdict == "proven" and not settled
    ):
        account.wrong(event.seq, f"what it lists does not make the plan {told.verdict}")


def _check_final(event: Event, state: RunState, account: Account) -> None:
    """The end tells what the events before it add up to."""
    told = data_of(event, ev.Final)
    if told is None:
        return
    for name, said, found in (
        ("completed_steps", told.completed_steps, state.completed_steps),
        ("total_steps", told.total_steps, len(state.steps)),
    ):
        if said != found:
            account.wrong(event.seq, f"it says {name} {said}, and the events before it {found}")
    if told.status == "completed" and told.verdict != state.verdict:
        account.wrong(event.seq, f"it says {told.verdict}, and the verdicts {state.verdict}")
    if told.status == "completed" and state.step is not None:
        account.wrong(
            event.seq, f"{state.step.id} is {state.step.status}: the run did not come to its end"
        )
