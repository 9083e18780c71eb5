"""Verify commands: run, with their output kept as evidence, or left to the user."""

from __future__ import annotations

from forge.git.commits.step_commit import repair_index, stage_entries
from forge.git.objects.commit import blob_data, file_at
from forge.git.restore.snapshot import Captured, keep
from forge.git.restore.subject import subject_entries
from forge.git.tree_entries import Entry
from forge.planning.plan.checks import Check
from forge.planning.plan.shell import foreign_folder
from forge.run.engine.actions.action import action
from forge.run.engine.actions.diff import commit_further, propose_found
from forge.run.engine.actions.file_questions import ignore_names, new_paths
from forge.run.engine.actions.ignored import IGNORE_FILE, exclude, ignore
from forge.run.engine.actions.put_back import put_back
from forge.run.engine.actions.questions import withdraw_if_changed
from forge.run.engine.actions.supervision import run_shell
from forge.run.engine.next_move import Move
from forge.run.engine.open_run import OpenRun
from forge.run.engine.parts.subjects import MOST_LISTED, Subject
from forge.run.engine.tree_state import State, changed_between, tree_as_is
from forge.run.processes import evidence
from forge.run.processes.supervise import Outcome
from forge.timeline.run import events as ev

_BROKEN_PIPE = 141
_IGNORING = ("ignore", "gitignore")


@action(runs_code=True, moves_head=False)
def check(run: OpenRun, move: Move) -> None:
    """Run one verify command of the current step, or of `<verification>` after the last step.

    What is uncommitted before it is not blamed on it, but judged first.
    """
    if propose_found(run):
        return
    checks = run.step.checks if run.state.step else run.plan.verification
    verify = checks[move.number - 1]
    if reason := run.option("no_checks"):
        run.log.append(ev.TestSkipped(verify.text, reason, move.number), step=run.state.step)
    elif verify.kind == "command" and not _leaves_work_tree(run, verify):
        run_command(run, verify, move.number)
    else:
        _record_not_run(run, verify, move.number)


@action(runs_code=True, moves_head=False)
def check_before(run: OpenRun, move: Move) -> None:
    """Run a test of a TDD step before the step's work. What it changes in the tree is put back, and
    kept.
    """
    if propose_found(run):
        return
    test = run.plan.first_tests(run.step)[move.number - 1]
    if _leaves_work_tree(run, test):
        _record_not_run(run, test, move.number, "before")
        return
    before = tree_as_is(run)
    run_command(run, test, move.number, "before", before)
    if run.trusts_git() and (changed := changed_between(run, before, tree_as_is(run))):
        subject = _kept(run, before, changed)
        about = f"before:{move.number}"
        put_back(run, subject, about, "put back what a test changed before the work")


def run_command(
    run: OpenRun, check: Check, number: int, phase: str = "", before: State | None = None
) -> Outcome:
    """Run a command and record how it ended, with what it changed since `before`, the state of the
    tree. One that was interrupted stays in doubt and is run again.
    """
    step, before = run.state.step, before or tree_as_is(run)
    run.log.append(ev.TestStarted(check.text, number, phase), step=step)
    outcome = run_shell(run, check.text)
    if outcome.ended in ("interrupted", "stopped"):
        return outcome
    kept = [evidence.keep_output(run.repository, run.card.run, run.folder, outcome.output)]
    run.output_tail = outcome.summary()
    after = tree_as_is(run) if run.trusts_git() else before
    changed = changed_between(run, before, after)
    subject = _kept(run, before, changed) if changed and not phase else None
    completed = ev.TestCompleted(
        outcome.success,
        outcome.exit_code,
        outcome.duration_ms,
        sorted(changed)[:MOST_LISTED],
        check.text,
        number,
        _why_inconclusive(check, outcome),
        outcome.ended,
        phase,
        len(changed),
        subject.base if subject else "",
        subject.kept if subject else "",
        sorted(after.inside - before.inside),
    )
    run.log.append(completed, step=step, evidence=kept, with_next=not phase)
    return outcome


@action(runs_hooks=True)
def keep_changed(run: OpenRun, move: Move) -> None:
    """Commit what a verify command changed, exactly as it was asked about, as a commit of the step;
    or have git ignore the new files among it.
    """
    about = f"changed:{move.number}"
    question = run.state.work.answers[about]
    committed = run.branch.commit_with(Seq=str(question.seq))
    if committed is not None:  # just before a crash
        repair_index(run.repository, committed)
        run.log.append(ev.DiffApplied(committed, about=about), step=run.state.step)
        return
    entries = subject_entries(run.repository, question.kept)
    option = question.option or ""
    if option in _IGNORING and _is_done(run, entries, option):
        run.log.append(ev.DiffApplied(None, about=about), step=run.state.step)
        return
    if withdraw_if_changed(run, question):
        return
    if option in _IGNORING:
        entries = _ignore(run, entries, option)
    with stage_entries(run.repository, entries) as staging:
        commit_further(run, staging, question.seq, about)


def _kept(run: OpenRun, before: State, changed: dict[str, Entry]) -> Subject:
    """Keep what a command changed, on top of the tree as it was before the command."""
    repository, name = run.repository, run.card.run
    base = before.commit or keep(
        repository, Captured(before.tree, None), name, "before a command that changed files"
    )
    return Subject.keep(repository, name, base, changed, "what a command changed")


def _ignore(run: OpenRun, entries: dict[str, Entry], option: str) -> dict[str, Entry]:
    """Have git ignore the new files; return what is left to commit."""
    names, new = ignore_names(run, entries), set(new_paths(run, entries))
    rest = {path: entry for path, entry in entries.items() if path not in new}
    if option == "ignore":
        exclude(run.repository, names)
        return rest
    before = entries.get(IGNORE_FILE)
    committed = (
        blob_data(run.repository, before[1])
        if before is not None
        else file_at(run.repository, run.branch.head(), IGNORE_FILE) or b""
    )
    return {**rest, IGNORE_FILE: ignore(run.repository, committed, names)}


def _is_done(run: OpenRun, entries: dict[str, Entry], option: str) -> bool:
    """Return whether new files alone were asked about, and are ignored already: before a crash."""
    new = set(new_paths(run, entries))
    return option == "ignore" and new == set(entries) and not new & set(run.tree.changed_paths())


def _leaves_work_tree(run: OpenRun, check: Check) -> bool:
    return foreign_folder(check.text, run.repository.root) is not None


def _record_not_run(run: OpenRun, check: Check, number: int, phase: str = "") -> None:
    why = "it is not run here"
    completed = ev.TestCompleted(False, None, 0, [], check.text, number, why, "not_run", phase)
    run.log.append(completed, step=run.state.step)


def _why_inconclusive(check: Check, outcome: Outcome) -> str:
    if outcome.exit_code == _BROKEN_PIPE:
        return "a broken pipe says nothing"
    return "it cannot fail" if outcome.success and not check.proves else ""
