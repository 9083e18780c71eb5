"""Checks that every answer is to a question that was open, and about exactly what was asked."""

from __future__ import annotations

from forge.check.replay.record import Report, data_of
from forge.timeline.event import Event
from forge.timeline.run import events as ev
from forge.timeline.run.state import PUT_BACK, Proposal, Question, RunState


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
        _check_committed(event, applied.about, state, report)
    elif (restored := data_of(event, ev.CheckpointRestored)) and restored.about:
        _check_put_back(event, restored, state, report)


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


def _check_committed(event: Event, about: str, state: RunState, report: Report) -> None:
    """Check that what needs an answer was committed after a yes, and nothing after a no."""
    work = state.work_of(event.step)
    if about.startswith("changed:"):
        question = work.answers.get(about)
        if question is None or question.decision != "approved":
            report.add_problem(event.seq, f"{about} was not approved before this")
        return
    proposal = work.found if about == "found" else work.proposal
    if proposal is None:
        return
    name = f"{'found' if about == 'found' else 'diff'}:{proposal.id}"
    question = work.answers.get(name)
    if question is not None and question.decision != "approved":
        report.add_problem(event.seq, f"{name} was asked about, and not approved before this")
    elif question is None and _needs_answer(proposal, event.step):
        report.add_problem(event.seq, f"{name} needs an answer, and nobody was asked")


def _needs_answer(proposal: Proposal, step: str | None) -> bool:
    """Return whether the user is asked about a diff whatever the settings say."""
    if proposal.found:
        return proposal.risk != "low" or bool(proposal.out_of_scope)
    return proposal.by_runner and step is not None and bool(proposal.out_of_scope)


def _check_put_back(
    event: Event, restored: ev.CheckpointRestored, state: RunState, report: Report
) -> None:
    """Check that files of a question were put back only after an answer that says so, and as they
    were before. What a test changed before the work is put back without one.
    """
    about = restored.about
    if about.startswith("before:"):
        return
    question = state.work_of(event.step).answers.get(about)
    if question is None or question.decision != "denied" or question.option != PUT_BACK:
        report.add_problem(event.seq, f"{about} was put back, and no answer before this says so")
    elif (restored.commit, restored.snapshot) != (question.base, question.kept):
        report.add_problem(event.seq, f"{about} was put back to what the question does not name")
