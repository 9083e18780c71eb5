"""The actions that run commands, in this process: what they record, and what happens to changes."""

from __future__ import annotations

import pytest

from forge.planning.plan.checks import Check
from forge.run.approvals.prompter import Answer
from forge.run.engine.actions import checks, file_questions, finish, put_back, questions, steps
from forge.run.engine.actions.supervision import reason_to_end, run_shell
from forge.run.engine.next_move import Move, truth_check
from forge.run.engine.open_run import OpenRun
from forge.run.start.first_events import Options
from forge.timeline.run import events as ev
from tests.conftest import Sandbox
from tests.run.in_process import Answers, context_of, enter, opened, small_case
from tests.run.plans import Case, Task, auto

FIRST = Move("", 1)
MUST_HAVES = """\
must_haves:
  truths:
    - statement: "There is a readme"
      verify: "test -s README.md"
    - statement: "There is a manual"
      verify: "test -s MANUAL.md"
"""


def begun(run: OpenRun) -> OpenRun:
    steps.start(run, Move("start"))
    return run


def outcome(run: OpenRun, number: int = 1) -> str | None:
    return run.state.work.checks.get(number)


@pytest.mark.parametrize(
    ("command", "recorded"),
    [
        ("test -s README.md", "passed"),
        ("false", "failed"),
        ("true", "inconclusive"),
        ("exit 141", "inconclusive"),
        ("test -s README.md | cat; exit 3", "failed"),
        ("false | cat", "failed"),
    ],
)
def test_how_a_command_ended_is_recorded(run: OpenRun, command: str, recorded: str) -> None:
    proves = command != "true"
    checks.run_command(begun(run), Check("command", command, proves=proves), 1)
    assert outcome(run) == recorded


def test_the_output_is_evidence_and_shown_in_the_failure(run: OpenRun) -> None:
    checks.run_command(begun(run), Check("command", "echo looking for it; false"), 1)
    steps.fail(run, Move("fail", 1, ("check", "")))
    failure = run.state.work.failure
    assert failure is not None and "looking for it" in failure.error
    assert failure.error.startswith("`grep -q a a.txt` failed:")
    (evidence,) = (run.folder / "evidence").glob("*.*")
    assert "looking for it" in evidence.read_text()


def test_a_declined_check_is_a_failure_that_says_so(run: OpenRun) -> None:
    steps.fail(begun(run), Move("fail", 1, ("denied", "")))
    failure = run.state.work.failure
    assert failure is not None
    assert (failure.kind, failure.error) == ("denied", "`grep -q a a.txt` and you declined")


def test_a_human_check_is_left_to_the_user(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = Task("Look", "a.txt", "<human>Is it pretty?</human>")
    Case(sandbox, [task], files=("a.txt",)).set_up()
    user = Answers([Answer(False)])
    with opened(context_of(enter(sandbox, monkeypatch), user)) as run:
        checks.check(begun(run), FIRST)
        assert outcome(run) == "inconclusive"
        questions.ask_check(run, FIRST)
        assert "Is it pretty?" in user.questions[0].text and outcome(run) == "denied"


def test_checks_are_skipped_if_the_run_was_started_so(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_case(sandbox).set_up()
    options = Options(approve=True, no_checks="no tools")
    with opened(context_of(enter(sandbox, monkeypatch)), options) as run:
        checks.check(begun(run), FIRST)
        assert outcome(run) == "skipped"
        assert run.state.not_run == [("01-01/1", "grep -q a a.txt", "no tools")]


def test_files_that_a_command_changed_are_kept_or_put_back(run: OpenRun, sandbox: Sandbox) -> None:
    checks.run_command(begun(run), Check("command", "echo x > made.txt"), 1)
    assert run.state.work.changed[1].paths == ["made.txt"]
    file_questions.ask_changed(run, FIRST)
    questions.resolve(
        run, run.state.work.answers["changed:1"], approved=False, option=None, note=""
    )
    put_back.put_back_changed(run, FIRST)
    assert not (sandbox.root / "made.txt").exists() and run.state.work.changed == {}
    kept = sandbox.git("for-each-ref", "--format=%(refname)", "refs/forge/safety").split()
    assert any("x" in sandbox.git("show", f"{ref}:made.txt") for ref in kept)
    checks.run_command(run, Check("command", "echo y > made.txt"), 1)
    file_questions.ask_changed(run, FIRST)
    question = run.state.work.answers["changed:1"]
    questions.resolve(run, question, approved=True, option=None, note="")
    checks.keep_changed(run, FIRST)
    assert sandbox.git("show", "HEAD:made.txt") == "y\n" and sandbox.status() == []


def test_staging_alone_is_not_a_change(run: OpenRun) -> None:
    checks.run_command(begun(run), Check("command", "git rm -q --cached README.md"), 1)
    assert run.state.work.changed == {}


def test_a_stopped_command_is_not_recorded(run: OpenRun) -> None:
    begun(run)
    assert reason_to_end(run) is None
    run.requests.add("pause")
    assert reason_to_end(run) is None
    run.requests.add("stop")
    assert reason_to_end(run) == "stopped"
    ended = checks.run_command(run, Check("command", "sleep 60"), 1)
    assert ended.ended == "stopped" and outcome(run) == "started"
    run.interrupts.signal_name = "SIGINT"
    assert reason_to_end(run) == "interrupted"


def test_commands_see_the_mark_of_the_run_but_no_secrets(
    run: OpenRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_TOKEN", "not-for-plans")
    ended = run_shell(run, "env")
    assert f"FORGE_RUN_ID={run.card.run}" in ended.summary() + str(ended.output.latest_lines())
    assert "not-for-plans" not in ended.summary()


def test_a_truth_is_proven_or_fails(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    Case(sandbox, [Task("One", verify=auto("test -d ."))], must_haves=MUST_HAVES).set_up()
    with opened(context_of(enter(sandbox, monkeypatch))) as run:
        run.log.append(ev.StepSkipped("not needed"), step=run.current)
        finish.truth(run, Move("truth", 1))
        finish.truth(run, Move("truth", 2))
        assert run.state.truths == {1: "proven", 2: "failed"}
        finish.judge(run, Move("judge"))
        assert run.state.counts is not None and run.state.counts["declared"] == 2
        assert run.state.verdict == "failed"
        finish.finish(run, Move("finish"))
        assert run.state.status == "completed" and run.folder.exists()
        finish.close(run, Move("close"))
        assert not run.folder.exists()
        summary = sandbox.git("show", "HEAD:.planning/phases/01-first/01-01-SUMMARY.md")
        assert "There is a manual" in summary and "status: halted" in summary


def test_a_truth_proves_nothing_on_a_tree_with_uncommitted_files(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    Case(sandbox, [Task("One", verify=auto("test -d ."))], must_haves=MUST_HAVES).set_up()
    with opened(context_of(enter(sandbox, monkeypatch))) as run:
        run.log.append(ev.StepSkipped("not needed"), step=run.current)
        run.state.dirty = ["mine.txt"]
        finish.truth(run, Move("truth", 1))
        assert run.state.truths == {}
        assert outcome(run, truth_check(run.plan, 1)) == "skipped"
