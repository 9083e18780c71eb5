"""Questions to the user: recorded, and asked at once at a terminal; otherwise the run pauses until
a later command answers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from forge.git.commits.step_commit import Staging
from forge.planning.plan.checks import Check
from forge.planning.plan.plan import Step
from forge.planning.plan.shell import foreign_folder
from forge.run.engine.actions.action import action
from forge.run.engine.next_move import Move
from forge.run.engine.open_run import OpenRun
from forge.timeline.run import events as ev
from forge.timeline.run.state import Question

_ABOUT_CHANGES = ("diff", "scope", "command")
_SHOWN_FILES = 100  # of a patch; the question lists all files
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
_DIFF_WORDS = ("diff", "--cached", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames")


def ask(
    run: OpenRun,
    kind: str,
    about: str,
    text: str,
    *,
    subject: str = "",
    options: Sequence[dict[str, str]] = (),
) -> None:
    """Record a question, unless it is open already; take the user's answer, or pause the run."""
    work, step = run.state.work, run.state.step
    question = work.answers.get(about)
    if question is None or question.decision is not None:
        subject = subject or hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
        identity = f"ap-{len(run.state.questions) + 1}"
        requested = ev.ApprovalRequested(identity, kind, subject, about, text, list(options))
        run.log.append(requested, step=step)
        question = work.answers[about]
    if not _take_answer(run, question):
        pause(run, "approval", text)


def resolve(
    run: OpenRun, question: Question, *, approved: bool, option: str | None, note: str
) -> None:
    """Record an answer."""
    decision = "approved" if approved else "denied"
    run.log.append(
        ev.ApprovalResolved(question.id, decision, "once", note, question.kind, option=option),
        step=run.state.step_of(question.step),
    )


def pause(run: OpenRun, reason: str, text: str = "") -> None:
    """Record that this process stops working on the run."""
    run.log.append(ev.ExecutionPaused(reason, text), step=run.state.step)


def patch_in_question(run: OpenRun) -> str:
    """Return the step's uncommitted changes, and its runner's own commits, as a patch."""
    base = run.state.work.checkpoint_commit or run.branch.head()
    if run.tree.judged is not None and run.tree.judged.base == base:
        return _patch(run.tree.judged)
    with run.tree.staged(base) as staging:
        return _patch(staging)


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
        f"  {test.text}" for test in run.plan.first_tests(run.step) if test.kind == "command"
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


@action()
def ask_changed(run: OpenRun, move: Move) -> None:
    """Ask whether to keep the paths that a verify command changed."""
    paths = run.state.work.changed[move.number]
    text = (
        f"verifying changed {len(paths)} paths:\n{_listed(paths)}\napprove keeps them in a commit"
        " of the step, reject discards them"
    )
    ask(run, "command", f"changed:{move.number}", text)


@action()
def ask_diff(run: OpenRun, move: Move) -> None:
    """Ask about a diff that needs approval."""
    proposal = run.state.work.proposal
    assert proposal is not None
    reasons = (
        "\n".join(f"  {reason}" for reason in proposal.reasons)
        or "  (policy: every diff is asked about)"
    )
    text = (
        f"diff {proposal.id}, risk {proposal.risk}:\n{reasons}\nfiles:\n{_listed(proposal.files)}"
    )
    kind = "scope" if proposal.out_of_scope else "diff"
    ask(run, kind, f"diff:{proposal.id}", text, subject=proposal.sha256)


def _take_answer(run: OpenRun, question: Question) -> bool:
    """Ask the user, if one is present; return whether there was an answer."""
    patch = (
        patch_in_question(run) if run.prompter.present and question.kind in _ABOUT_CHANGES else ""
    )
    run.interrupts.waiting(True)
    try:
        answer = run.prompter.ask(question, lambda: run.requests.pending() is not None, patch)
    finally:
        run.interrupts.waiting(False)
    if answer is None:
        return False
    resolve(run, question, approved=answer.approved, option=answer.option, note=answer.note)
    return True


def _patch(staging: Staging) -> str:
    paths = staging.changes.paths[:_SHOWN_FILES]
    if not paths:
        return ""
    output = staging.copy.git(*_DIFF_WORDS, staging.base, "--", *paths)
    return output.decode("utf-8", "replace")


def _check_text(run: OpenRun, check: Check) -> str:
    """Return why the user is asked about a check, with what they need to answer."""
    if check.kind == "human":
        return f"{check.reason}: {check.text}" if check.reason else check.text
    if (foreign := foreign_folder(check.text, run.repository.root)) is not None:
        return (
            f"not run, since it changes to {foreign[0]}, outside this work tree, and would prove"
            f" another tree:\n{check.text}\nwithout the cd it reads:\n{foreign[1]}"
        )
    why = (
        "its success says nothing, since it cannot fail"
        if not check.proves
        else "its status says nothing (141, a broken pipe)"
    )
    output = run.output_tail or "(see the evidence of the run)"
    return f"{check.text}\nran, but {why}. Its output ends:\n{output}"


def _listed(paths: Sequence[str]) -> str:
    return "\n".join(f"  {path}" for path in paths[:_LISTED_PATHS])
