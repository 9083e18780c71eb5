"""The diff of a step, in this process: proposed, judged, asked about and committed as judged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from forge.run.approvals.prompter import Answer
from forge.run.engine.actions.checkpoint import checkpoint, checkpoint_of
from forge.run.engine.actions.diff import apply, needs_approval, propose, result_message
from forge.run.engine.actions.file_questions import ask_diff
from forge.run.engine.actions.questions import patch_in_question
from forge.run.engine.actions.steps import start
from forge.run.engine.next_move import Move
from forge.run.engine.open_run import OpenRun
from forge.run.start.first_events import Options
from forge.timeline.run import events as ev
from forge.timeline.run.state import Proposal
from tests.conftest import Sandbox
from tests.run.in_process import Answers, context_of, enter, opened, small_case

MOVE = Move("")


@pytest.fixture
def begun(run: OpenRun) -> OpenRun:
    """A run whose first step has its checkpoint and whose runner has ended."""
    begin(run)
    return run


def begin(run: OpenRun) -> None:
    start(run, MOVE)
    checkpoint(run, MOVE)
    run.log.append(ev.RunnerStarted("worker", [], "0" * 64, checkpoint_of(run)), step=run.current)
    run.log.append(ev.RunnerFinished("worker", 0, 1, None, "exit"), step=run.current)


def the_proposal(run: OpenRun) -> Proposal:
    proposal = run.state.work.proposal
    assert proposal is not None
    return proposal


def test_a_proposal_records_what_was_judged(begun: OpenRun, sandbox: Sandbox) -> None:
    sandbox.write("a.txt", "a\n")
    propose(begun, MOVE)
    proposal = the_proposal(begun)
    assert (proposal.files, proposal.risk, proposal.by_runner) == (["a.txt"], "low", True)
    assert begun.tree.judged_as(proposal.sha256) is not None


def test_a_path_out_of_scope_is_a_high_risk(begun: OpenRun, sandbox: Sandbox) -> None:
    sandbox.write("a.txt", "a\n")
    sandbox.write("b.txt", "b\n")
    propose(begun, MOVE)
    assert the_proposal(begun).risk == "high"
    assert the_proposal(begun).out_of_scope == ["b.txt"]


def test_it_is_committed_as_it_was_judged(begun: OpenRun, sandbox: Sandbox) -> None:
    sandbox.write("a.txt", "a\n")
    propose(begun, MOVE)
    apply(begun, MOVE)
    work = begun.state.work
    assert work.applied and work.commit == sandbox.head()
    assert sandbox.git("show", "--format=%s", "--name-only", "HEAD").split() == [
        "Write",
        "a",
        "a.txt",
    ]
    assert begun.tree.judged is None and sandbox.status() == []


def test_a_tree_that_changed_since_is_proposed_again(begun: OpenRun, sandbox: Sandbox) -> None:
    sandbox.write("a.txt", "a\n")
    propose(begun, MOVE)
    before, first = sandbox.head(), the_proposal(begun).id
    begun.tree.release()  # as in another process
    sandbox.write("a.txt", "b\n")
    apply(begun, MOVE)
    assert sandbox.head() == before and the_proposal(begun).id != first
    apply(begun, MOVE)
    assert sandbox.git("show", "HEAD:a.txt") == "b\n"


def test_what_is_in_the_judged_index_is_committed_whatever_the_tree_is(
    begun: OpenRun, sandbox: Sandbox
) -> None:
    sandbox.write("a.txt", "a\n")
    propose(begun, MOVE)
    sandbox.write("a.txt", "changed meanwhile\n")
    apply(begun, MOVE)
    assert sandbox.git("show", "HEAD:a.txt") == "a\n"


def test_a_commit_before_a_crash_is_not_made_again(begun: OpenRun, sandbox: Sandbox) -> None:
    sandbox.write("a.txt", "a\n")
    propose(begun, MOVE)
    staging = begun.tree.judged
    assert staging is not None
    commit = staging.commit(result_message(begun, the_proposal(begun).seq)).commit
    begun.tree.release()
    apply(begun, MOVE)
    assert begun.state.work.commit == commit == sandbox.head()


def test_no_changes_are_no_commit(begun: OpenRun, sandbox: Sandbox) -> None:
    before = sandbox.head()
    propose(begun, MOVE)
    apply(begun, MOVE)
    assert begun.state.work.applied and begun.state.work.commit is None
    assert sandbox.head() == before


def test_commits_of_the_runner_are_part_of_the_diff(begun: OpenRun, sandbox: Sandbox) -> None:
    sandbox.write("a.txt", "a\n")
    own = sandbox.commit("By the runner")
    propose(begun, MOVE)
    assert the_proposal(begun).files == ["a.txt"]
    apply(begun, MOVE)
    assert begun.state.work.commit == own == sandbox.head()


def test_a_repository_in_the_tree_fails_the_step(begun: OpenRun, sandbox: Sandbox) -> None:
    sandbox.git("init", "-q", "inner")
    propose(begun, MOVE)
    failure = begun.state.work.failure
    assert failure is not None and failure.kind == "nested_repository"
    assert failure.error.startswith("inner/: ") and begun.tree.judged is None


def test_a_merge_in_progress_fails_the_step(begun: OpenRun, sandbox: Sandbox) -> None:
    (sandbox.root / ".git/MERGE_HEAD").write_text(f"{sandbox.head()}\n")
    propose(begun, MOVE)
    failure = begun.state.work.failure
    assert failure is not None and failure.kind == "in_progress"


def test_a_hook_that_refuses_fails_the_step(begun: OpenRun, sandbox: Sandbox) -> None:
    hook = sandbox.write(".git/hooks/pre-commit", "#!/bin/sh\necho no tabs >&2\nexit 1\n")
    hook.chmod(0o755)
    sandbox.write("a.txt", "a\n")
    propose(begun, MOVE)
    apply(begun, MOVE)
    failure = begun.state.work.failure
    assert failure is not None and (failure.kind, "no tabs" in failure.error) == ("commit", True)
    assert begun.tree.judged is None


POLICIES: list[tuple[str, str, dict[str, Any], bool]] = [
    ("never", "high", {}, False),
    ("always", "low", {}, True),
    ("risky", "low", {}, False),
    ("risky", "medium", {}, False),
    ("risky", "high", {}, True),
    ("never", "low", {"out_of_scope": ["b.txt"]}, True),
    ("always", "low", {"files": []}, False),
    ("always", "high", {"by_runner": False}, True),
    ("always", "low", {"by_runner": False}, False),
]


@pytest.mark.parametrize(("policy", "risk", "changes", "asked"), POLICIES)
def test_which_diffs_need_approval(
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    policy: str,
    risk: str,
    changes: dict[str, Any],
    asked: bool,
) -> None:
    small_case(sandbox).set_up()
    assert sandbox.call("approve", "01-01").code == 0
    with opened(context_of(enter(sandbox, monkeypatch)), Options()) as run:
        start(run, MOVE)
        fields = {"files": ["a.txt"], "out_of_scope": [], "by_runner": True, **changes}
        run.state.work.proposal = Proposal(
            "d-1", "0" * 64, 3, risk=risk, reasons=[], kinds=[], **fields
        )
        approvals = replace(run.settings.approvals, diff=policy)
        run.settings = replace(run.settings, approvals=approvals)
        assert needs_approval(run) is asked


@pytest.mark.parametrize(
    ("kinds", "asked"),
    [([], False), (["delete"], False), (["secret"], True), (["limit"], True), (["unlisted"], True)],
)
def test_a_run_approved_by_flag_asks_about_fewer_diffs(
    run: OpenRun, kinds: list[str], asked: bool
) -> None:
    start(run, MOVE)
    run.state.work.proposal = Proposal(
        "d-1", "0" * 64, 3, ["a.txt"], "high", ["why"], kinds, [], True
    )
    assert needs_approval(run) is asked


def test_without_a_proposal_nothing_needs_approval(run: OpenRun) -> None:
    assert needs_approval(run) is False


@pytest.fixture
def answers(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[OpenRun, Answers]]:
    """A run at its first proposal, and a user who can be asked."""
    small_case(sandbox).set_up()
    user = Answers()
    with opened(context_of(enter(sandbox, monkeypatch), user)) as run:
        begin(run)
        sandbox.write("a.txt", "a\n")
        propose(run, MOVE)
        yield run, user


@pytest.mark.parametrize(("approved", "decision"), [(True, "approved"), (False, "denied")])
def test_the_user_is_shown_the_diff_that_was_judged(
    answers: tuple[OpenRun, Answers], sandbox: Sandbox, approved: bool, decision: str
) -> None:
    run, user = answers
    user.answers = [Answer(approved, note="seen")]
    ask_diff(run, MOVE)
    assert "+a\n" in user.patches[0]
    assert run.state.work.answer("diff:d-1") == decision
    assert "a.txt" in user.questions[0].text and run.state.status == "running"


def test_an_answer_about_a_file_that_changed_meanwhile_is_not_taken(
    answers: tuple[OpenRun, Answers], sandbox: Sandbox
) -> None:
    run, user = answers
    user.answers = [Answer(True)]
    sandbox.write("a.txt", "changed meanwhile\n")
    ask_diff(run, MOVE)
    assert "+a\n" in user.patches[0] and "changed meanwhile" not in user.patches[0]
    assert run.state.work.answer("diff:d-1") is None and run.state.work.proposal is None


def test_no_answer_pauses_the_run(answers: tuple[OpenRun, Answers]) -> None:
    run, user = answers
    ask_diff(run, MOVE)
    assert (run.state.status, run.state.pause) == ("paused", "approval")
    assert run.state.work.answer("diff:d-1") == "open"
    ask_diff(run, MOVE)
    assert len(run.state.questions) == 1 and len(user.questions) == 2


def test_another_process_shows_what_was_asked_about(
    answers: tuple[OpenRun, Answers], sandbox: Sandbox
) -> None:
    run, _ = answers
    ask_diff(run, MOVE)
    run.tree.release()
    sandbox.write("a.txt", "b\n")
    (question,) = run.state.questions.values()
    assert "+a\n" in patch_in_question(run, question)
