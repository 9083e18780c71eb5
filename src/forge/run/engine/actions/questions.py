"""Questions to a person: recorded, asked inline at a terminal, else the run pauses until a later
command answers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from forge.git.commits.step_commit import stage
from forge.planning.plan.plan import Step
from forge.planning.plan.shell import foreign_folder
from forge.run.engine.next_move import Move
from forge.run.engine.open_run import OpenRun
from forge.timeline.run import events as ev
from forge.timeline.run.state import Question

_ABOUT_CHANGES = ("diff", "scope", "command")
_SHOWN = 100  # files of a diff that a person is shown; all are listed


def ask(
    run: OpenRun,
    kind: str,
    about: str,
    text: str,
    *,
    subject: str = "",
    options: Sequence[dict[str, str]] = (),
) -> None:
    """Put a question, unless it waits already; take the answer if somebody is there, else pause."""
    work, step = run.state.work, run.state.step
    question = work.answers.get(about)
    if question is None or question.decision is not None:
        subject = subject or hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
        identity = f"ap-{len(run.state.questions) + 1}"
        run.log.append(
            ev.ApprovalRequested(identity, kind, subject, about, text, list(options)), step=step
        )
        question = work.answers[about]
    if not take_answer(run, question):
        pause(run, "approval", text)


def take_answer(run: OpenRun, question: Question) -> bool:
    """Ask whoever is there; say whether there was an answer."""
    shown = diff_asked_about(run) if run.person.present and question.kind in _ABOUT_CHANGES else ""
    run.interrupts.waiting(True)
    try:
        answer = run.person.ask(question, lambda: run.requests.pending() is not None, shown)
    finally:
        run.interrupts.waiting(False)
    if answer is None:
        return False
    resolve(run, question, approved=answer.approved, option=answer.option, note=answer.note)
    return True


def diff_asked_about(run: OpenRun) -> str:
    """Return, as a patch, what lies uncommitted in the tree and is the step's, its runner's own
    commits included.
    """
    base = run.state.work.checkpoint_commit or run.branch.head()
    with stage(run.repository, base, run.tree.is_own_path) as staging:
        paths = staging.changes.paths
        words = (
            "diff",
            "--cached",
            "--no-color",
            "--no-ext-diff",
            "--no-textconv",
            "--no-renames",
            base,
            "--",
        )
        return staging.copy.git(*words, *paths[:_SHOWN]).decode("utf-8", "replace") if paths else ""


def resolve(
    run: OpenRun, question: Question, *, approved: bool, option: str | None, note: str
) -> None:
    """Record an answer."""
    decision = "approved" if approved else "denied"
    step = run.state.step_of(question.step)
    run.log.append(
        ev.ApprovalResolved(question.id, decision, "once", note, question.kind, option=option),
        step=step,
    )


def pause(run: OpenRun, reason: str, text: str = "") -> None:
    """Record that forge gives up the process."""
    run.log.append(ev.ExecutionPaused(reason, text), step=run.state.step)


def ask_step(run: OpenRun, move: Move) -> None:
    """Ask what a checkpoint step asks."""
    step = run.plan.steps[run.current.number - 1]
    options = (
        [{"id": option.id, "text": option.text} for option in step.options]
        if step.asks == "decision"
        else []
    )
    ask(run, step.asks, "step", checkpoint_text(step), options=options)


def checkpoint_text(step: Step) -> str:
    """Return what a person reads at a checkpoint."""
    titles = {
        "what-built": "Built",
        "how-to-verify": "To verify",
        "decision": "To decide",
        "context": "Context",
        "action": "To do",
        "instructions": "Instructions",
        "verify": "To verify",
        "done": "Done when",
    }
    parts = [
        f"{title}: {step.parts[name]}" for name, title in titles.items() if step.parts.get(name)
    ]
    options = [f"  {option.id}: {option.text}" for option in step.options]
    return "\n".join([step.name, *parts, *options])


def ask_nothing(run: OpenRun, move: Move) -> None:
    """Ask about an edit step that changed nothing and that no command verifies."""
    step = run.plan.steps[run.current.number - 1]
    done = step.parts.get("done") or step.parts.get("acceptance_criteria") or ""
    unknown = f"{step.name}: the step changed nothing, and no command says whether it is done."
    ask(run, "human_verify", "nothing", f"{unknown}\n{done}".strip())


def ask_before(run: OpenRun, move: Move) -> None:
    """Ask about the tests of a TDD step that pass before its work."""
    step = run.plan.steps[run.current.number - 1]
    listed = "\n".join(
        f"  {check.text}" for check in run.plan.first_tests(step) if check.kind == "command"
    )
    text = (
        f"{step.name}: its tests pass before its work, so that they would prove nothing of"
        f" it:\n{listed}\n"
    )
    ask(run, "human_verify", "before", f"{text}approve does the step all the same, reject fails it")


def ask_check(run: OpenRun, move: Move) -> None:
    """Ask about a check that no command decides."""
    checks = (
        run.plan.steps[run.current.number - 1].checks if run.state.step else run.plan.verification
    )
    check = checks[move.number - 1]
    if check.kind == "human":
        text = f"{check.reason}: {check.text}" if check.reason else check.text
    elif (foreign := foreign_folder(check.text, run.repository.root)) is not None:
        text = (
            f"not run, since it changes to {foreign[0]}, outside this work tree, and would prove"
            f" another tree:\n{check.text}\nwithout the cd it reads:\n{foreign[1]}"
        )
    else:
        why = (
            "its success says nothing, since it cannot fail"
            if not check.proves
            else "its status says nothing (141, a broken pipe)"
        )
        text = (
            f"{check.text}\nran, but {why}. Its output"
            f" ends:\n{run.output_tail or '(see the evidence of the run)'}"
        )
    ask(run, "human_verify", f"check:{move.number}", text)


def ask_changed(run: OpenRun, move: Move) -> None:
    """Ask what becomes of the paths that a verify command changed."""
    paths = run.state.work.changed[move.number]
    listed = "\n".join(f"  {path}" for path in paths[:20])
    text = (
        f"verifying changed {len(paths)} paths:\n{listed}\napprove keeps them in a commit of the"
        " step, reject discards them"
    )
    ask(run, "command", f"changed:{move.number}", text)


def ask_diff(run: OpenRun, move: Move) -> None:
    """Ask about a diff that policy does not let through."""
    proposal = run.state.work.proposal
    assert proposal is not None
    reasons = (
        "\n".join(f"  {reason}" for reason in proposal.reasons)
        or "  (policy: every diff is asked about)"
    )
    listed = "\n".join(f"  {path}" for path in proposal.files[:20])
    text = f"diff {proposal.id}, risk {proposal.risk}:\n{reasons}\nfiles:\n{listed}"
    kind = "scope" if proposal.out_of_scope else "diff"
    ask(run, kind, f"diff:{proposal.id}", text, subject=proposal.sha256)
