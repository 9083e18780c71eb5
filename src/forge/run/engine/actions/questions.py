"""Questions to the user: recorded, and asked at once at a terminal; otherwise the run pauses until
a later command answers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from forge.planning.plan.checks import Check
from forge.planning.plan.plan import Step
from forge.planning.plan.shell import foreign_folder
from forge.run.engine.actions.action import action
from forge.run.engine.next_move import Move
from forge.run.engine.open_run import OpenRun
from forge.run.engine.parts.subjects import Subject, difference
from forge.text.command_line import shown_command
from forge.text.printable import block
from forge.timeline.run import events as ev
from forge.timeline.run.state import Question

_LISTED_PATHS = 20
_PARTS = {
    "what-built": "Built",
    "how-to-verify": "To verify",
    "decision": "To decide",
    "context": "Context",
    "action": "To do",
    "instructions": "Instructions",
    "verify": "To verify",
    "done": "Done when",
}
_DIFF_WORDS = ("diff", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames")


def ask(
    run: OpenRun,
    kind: str,
    about: str,
    text: str,
    *,
    subject: Subject | None = None,
    sha256: str = "",
    options: Sequence[dict[str, str]] = (),
) -> None:
    """Record a question, unless it is open already; take the user's answer, or pause the run.

    A question is bound to `subject`, the files that it lists, or else to its text. If these files
    have changed since it was asked, it is withdrawn, and the next move asks anew.
    """
    work, step = run.state.work, run.state.step
    question = work.answers.get(about)
    if question is None or question.decision is not None:
        text += _asked_before(run, about)
        identity = f"ap-{len(run.state.questions) + 1}"
        sha256 = sha256 or (subject.sha256 if subject else _text_sha256(text, options))
        recorded = {**subject.as_recorded(), "head": run.branch.head()} if subject else {}
        run.log.append(
            ev.ApprovalRequested(
                identity,
                kind,
                sha256,
                about,
                text,
                list(options),
                **recorded,  # type: ignore[arg-type]
            ),
            step=step,
        )
        question = work.answers[about]
    elif withdraw_if_changed(run, question):
        return
    if not _take_answer(run, question):
        pause(run, "approval", question.text)


def resolve(
    run: OpenRun, question: Question, *, approved: bool, option: str | None, note: str
) -> None:
    """Record an answer, which is about exactly what was asked.

    Without an option it is the first one of that answer, except for a decision.
    """
    if option is None and question.kind != "decision":
        option = next(iter(question.option_ids("approve" if approved else "reject")), None)
    run.log.append(
        ev.ApprovalResolved(
            question.id,
            "approved" if approved else "denied",
            "once",
            note,
            question.kind,
            question.subject_sha256,
            option,
        ),
        step=run.state.step_of(question.step),
    )


def withdraw_if_changed(run: OpenRun, question: Question, *, put_back: bool = False) -> bool:
    """Withdraw a question, and its answer, if the files that it lists have changed since it was
    asked; return whether. See `difference` for `put_back`. Raises HeadMoved if HEAD is elsewhere,
    where the files would be compared with those of another branch.
    """
    if question.kept:
        run.branch.head()
    found = difference(run.repository, question, put_back=put_back)
    if found is None:
        return False
    run.tree.release()
    listed = ", ".join(found.changed[:_LISTED_PATHS])
    rest = len(found.changed) - _LISTED_PATHS
    listed += f" and {rest} more" if rest > 0 else ""
    why = "nothing of it is uncommitted any more" if found.gone else "changed since it was asked"
    withdrawn = ev.ApprovalWithdrawn(question.id, f"{why}: {listed}", found.gone)
    run.log.append(withdrawn, step=run.state.step_of(question.step))
    return True


def pause(run: OpenRun, reason: str, text: str = "", changed: Sequence[str] = ()) -> None:
    """Record that this process stops working on the run; see ExecutionPaused for `changed`."""
    run.log.append(ev.ExecutionPaused(reason, text, [*changed]), step=run.state.step)


def patch_in_question(run: OpenRun, question: Question) -> str:
    """Return the changes that a question is about as a patch; empty if it lists no files."""
    if not question.kept:
        return ""
    output = run.repository.git(*_DIFF_WORDS, question.base, question.kept)
    return output.decode("utf-8", "replace")


def checkpoint_text(step: Step) -> str:
    """Return what the user reads at a checkpoint step."""
    parts = [
        f"{title}: {step.parts[name]}" for name, title in _PARTS.items() if step.parts.get(name)
    ]
    options = [f"  {option.id}: {option.text}" for option in step.options]
    return "\n".join([step.name, *parts, *options])


@action()
def ask_step(run: OpenRun, move: Move) -> None:
    """Ask what a checkpoint step asks."""
    step = run.step
    options = [{"id": option.id, "text": option.text} for option in step.options]
    ask(
        run,
        step.asks,
        "step",
        checkpoint_text(step),
        options=options if step.asks == "decision" else (),
    )


@action()
def ask_nothing(run: OpenRun, move: Move) -> None:
    """Ask about an edit step that changed nothing and has no verify command."""
    parts = run.step.parts
    done = parts.get("done") or parts.get("acceptance_criteria") or ""
    text = f"{run.step.name}: the step changed nothing, and has no command to verify it."
    ask(run, "human_verify", "nothing", f"{text}\n{done}".strip())


@action()
def ask_before(run: OpenRun, move: Move) -> None:
    """Ask about a TDD step whose tests pass before its work."""
    commands = [
        line
        for test in run.plan.first_tests(run.step)
        if test.kind == "command"
        for line in shown_command(test.text)
    ]
    text = "\n".join(
        [
            f"{run.step.name}: its tests pass before its work, so they would prove nothing about"
            " it:",
            *commands,
            "approve does the step anyway, reject fails it",
        ]
    )
    ask(run, "human_verify", "before", text)


@action()
def ask_check(run: OpenRun, move: Move) -> None:
    """Ask about a check that no command decides."""
    checks = run.step.checks if run.state.step else run.plan.verification
    text = _check_text(run, checks[move.number - 1])
    ask(run, "human_verify", f"check:{move.number}", text)


def _asked_before(run: OpenRun, about: str) -> str:
    """Return what a question that is asked anew says about the one before it."""
    kind, step = about.partition(":")[0], run.state.step
    earlier = [
        question
        for question in run.state.questions.values()
        if question.about.partition(":")[0] == kind and question.step == (step.id if step else None)
    ]
    if not earlier or not earlier[-1].withdrawn:
        return ""
    return f"\nasked anew, since the answer was to be about something else: {earlier[-1].withdrawn}"


def _text_sha256(text: str, options: Sequence[dict[str, str]]) -> str:
    parts = [text, *(f"{option.get('id')}: {option.get('text', '')}" for option in options)]
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()


def _take_answer(run: OpenRun, question: Question) -> bool:
    """Ask the user, if one is present; return whether there was an answer."""
    patch = patch_in_question(run, question) if run.prompter.present else ""
    run.interrupts.waiting(True)
    try:
        answer = run.prompter.ask(question, lambda: run.requests.pending() is not None, patch)
    finally:
        run.interrupts.waiting(False)
    if answer is None:
        return False
    if withdraw_if_changed(run, question):
        return True
    resolve(run, question, approved=answer.approved, option=answer.option, note=answer.note)
    return True


def _check_text(run: OpenRun, check: Check) -> str:
    """Return why the user is asked about a check, with what they need to answer."""
    if check.kind == "human":
        return f"{check.reason}: {check.text}" if check.reason else check.text
    command = _command(check.text)
    if (foreign := foreign_folder(check.text, run.repository.root)) is not None:
        return (
            f"not run, since it changes to {foreign[0]}, outside this work tree, and would prove"
            f" another tree:\n{command}\nwithout the cd it reads:\n{_command(foreign[1])}"
        )
    why = (
        "its success says nothing, since it cannot fail"
        if not check.proves
        else "its status says nothing (141, a broken pipe)"
    )
    output = "\n".join(block(run.output_tail or "(see the evidence of the run)", "  | "))
    return f"{command}\nran, but {why}. Its output ends:\n{output}"


def _command(text: str) -> str:
    """Return a command as lines of which none looks like the question itself."""
    return "\n".join(shown_command(text))
