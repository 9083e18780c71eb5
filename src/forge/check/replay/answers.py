"""Checks that every answer is to a question that was open, and about exactly what was asked."""

from __future__ import annotations

from forge.check.replay.record import Report, data_of
from forge.timeline.event import Event
from forge.timeline.run import events as ev
from forge.timeline.run.state import Question, RunState


def check_answer(event: Event, state: RunState, report: Report) -> None:
    """Report an answer, a withdrawal, or an effect of an answer that does not fit `state`, the
    state before the event.
    """
    if (answer := data_of(event, ev.ApprovalResolved)) and answer.kind != "plan":
        _check_resolved(event.seq, answer, state.questions.get(answer.approval_id), report)
    elif withdrawn := data_of(event, ev.ApprovalWithdrawn):
        question = state.questions.get(withdrawn.approval_id)
        if question is None:
            report.add_problem(event.seq, f"{withdrawn.approval_id} was never requested")
        elif question.decision == "withdrawn":
            report.add_problem(event.seq, f"{withdrawn.approval_id} is withdrawn a second time")
    elif (applied := data_of(event, ev.DiffApplied)) and applied.commit:
        _check_allowed(event, applied.about, "approved", state, report)
    elif (restored := data_of(event, ev.CheckpointRestored)) and restored.about:
        _check_allowed(event, restored.about, "denied", state, report)


def _check_resolved(
    seq: int, answer: ev.ApprovalResolved, question: Question | None, report: Report
) -> None:
    name = answer.approval_id
    if question is None:
        report.add_problem(seq, f"{name} was never requested")
        return
    if question.decision is not None:
        report.add_problem(seq, f"{name} was not open any more: it is {question.decision}")
    if answer.subject_sha256 != question.subject_sha256:
        report.add_problem(
            seq,
            f"the answer to {name} is about {answer.subject_sha256[:12] or 'nothing'}, the question"
            f" about {question.subject_sha256[:12]}",
        )
    if answer.kind != question.kind:
        report.add_problem(seq, f"{name} is answered as {answer.kind}, and asks {question.kind}")
    word = "approve" if answer.decision == "approved" else "reject"
    if answer.option is not None and answer.option not in question.option_ids(word):
        report.add_problem(seq, f"{name} has no option {answer.option} for {answer.decision}")


def _check_allowed(
    event: Event, about: str, decision: str, state: RunState, report: Report
) -> None:
    """Check that what a command changed was committed or put back only after that answer, and that
    no diff was committed after a no.
    """
    work = state.work_of(event.step)
    if about.startswith("changed:"):
        question = work.answers.get(about)
        if question is None or question.decision != decision:
            report.add_problem(event.seq, f"{about} was not {decision} before this")
        return
    proposal = work.found if about == "found" else work.proposal
    if decision == "approved" and proposal is not None:
        name = f"{'found' if about == 'found' else 'diff'}:{proposal.id}"
        question = work.answers.get(name)
        if question is not None and question.decision != "approved":
            report.add_problem(event.seq, f"{name} was asked about, and not approved before this")
        elif question is None and about == "found" and proposal.risk != "low":
            report.add_problem(event.seq, f"{name} needs an answer, and nobody was asked")
