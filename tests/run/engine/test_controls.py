"""The controls of a run, in this process: what each does to a paused run, and what refuses it."""

from __future__ import annotations

import pytest

from forge.errors import NoOpenRun, UsageError
from forge.records.find import one_run
from forge.records.record import RunRecord
from forge.run.engine import controls
from forge.run.engine.context import Context
from forge.run.engine.executor import go_on
from forge.timeline.run import events as ev
from tests.conftest import Sandbox
from tests.run.in_process import context_of, enter, opened, small_case
from tests.run.plans import Case, Task, auto, writes

OPTIONS = (
    "  <decision>Which?</decision>\n  <options>\n"
    '    <option id="left">Left</option>\n    <option id="right">Right</option>\n  </options>'
)


def paused(context: Context) -> RunRecord:
    """Execute the plan until it pauses."""
    with opened(context) as run:
        go_on(run)
        assert run.state.status == "paused", run.state.status
    return one_run(context.repository, None, among_open=True)


@pytest.fixture
def failed(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> tuple[Context, RunRecord]:
    """A run whose only step failed its check."""
    case = small_case(sandbox)
    case.set_up()
    case.set_work({1: writes("a.txt", "b")})
    context = context_of(enter(sandbox, monkeypatch))
    return context, paused(context)


def decision(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> tuple[Context, RunRecord]:
    """Return a run that waits for a decision."""
    Case(sandbox, [Task("Decide", kind="checkpoint:decision", extra=OPTIONS)]).set_up()
    context = context_of(enter(sandbox, monkeypatch))
    return context, paused(context)


def kinds(record: RunRecord) -> list[str]:
    return [event.type for event in record.reading.events]


def test_resume_verifies_what_the_user_fixed(
    failed: tuple[Context, RunRecord], sandbox: Sandbox
) -> None:
    context, record = failed
    sandbox.write("a.txt", "a")
    after = controls.resume(context, record)
    assert after.state.status == "completed"
    assert sandbox.git("show", "HEAD:a.txt") == "a"


def test_retry_calls_the_runner_again_on_the_old_tree(
    failed: tuple[Context, RunRecord], sandbox: Sandbox
) -> None:
    context, record = failed
    small_case(sandbox).set_work({1: "assert not os.path.exists('a.txt'); " + writes("a.txt", "a")})
    after = controls.retry(context, record)
    assert after.state.status == "completed"
    assert "step_retried" in kinds(after) and "checkpoint_restored" in kinds(after)


def test_skip_records_the_reason_and_goes_on(failed: tuple[Context, RunRecord]) -> None:
    context, record = failed
    after = controls.skip(context, record, "not needed")
    assert after.state.status == "completed"
    assert after.state.steps[0].skip_reason == "not needed"


def test_skip_is_refused_with_uncommitted_changes(
    failed: tuple[Context, RunRecord], sandbox: Sandbox
) -> None:
    context, record = failed
    sandbox.write("mine.txt", "mine")
    with pytest.raises(UsageError) as error:
        controls.skip(context, record, "not needed")
    assert "mine.txt" in error.value.message and "git stash -u" in error.value.hint


def test_stop_keeps_uncommitted_work_in_a_snapshot(
    failed: tuple[Context, RunRecord], sandbox: Sandbox
) -> None:
    context, record = failed
    sandbox.write("mine.txt", "mine")
    after = controls.stop(context, record, "enough")
    stopped = after.reading.events[-2]
    assert (stopped.type, stopped.data["reason"]) == ("execution_stopped", "enough")
    assert sandbox.git("show", f"{stopped.data['snapshot']}:mine.txt") == "mine"
    assert (sandbox.root / "mine.txt").read_text() == "mine"


def test_a_run_that_has_ended_needs_no_second_stop(failed: tuple[Context, RunRecord]) -> None:
    context, record = failed
    controls.stop(context, record, "enough")
    again = controls.stop(context, record, "again")
    assert again.state.status == "stopped"
    assert kinds(again).count("execution_stopped") == 1


def test_pause_records_the_death_of_an_executor(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_case(sandbox).set_up()
    context = context_of(enter(sandbox, monkeypatch))
    with opened(context):
        pass  # it ends without a word
    record = one_run(context.repository, None, among_open=True)
    after = controls.pause(context, record)
    assert kinds(after)[-2:] == ["run_interrupted", "execution_paused"]
    assert (after.state.status, after.state.pause) == ("paused", "interrupted")


def test_pause_leaves_a_paused_run_alone(failed: tuple[Context, RunRecord]) -> None:
    context, record = failed
    assert kinds(controls.pause(context, record)) == kinds(record)


def test_resume_does_not_answer_a_question(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, record = decision(sandbox, monkeypatch)
    after = controls.resume(context, record)
    assert kinds(after) == kinds(record) and after.state.waiting is not None


def test_a_decision_needs_one_of_its_options(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, record = decision(sandbox, monkeypatch)
    with pytest.raises(
        UsageError, match="`forge approve` has no option `up` here; there are: left, right"
    ):
        controls.answer(context, record, approved=True, option="up", note="")
    with pytest.raises(UsageError) as error:
        controls.answer(context, record, approved=True, option=None, note="")
    run = record.card.run
    assert error.value.next_commands == [
        f"forge approve {run} --option left",
        f"forge approve {run} --option right",
    ]
    after = controls.answer(context, record, approved=True, option="left", note="shorter")
    (question,) = after.state.questions.values()
    assert (question.decision, question.option) == ("approved", "left")


def test_an_answer_to_no_question_is_refused(failed: tuple[Context, RunRecord]) -> None:
    context, record = failed
    with pytest.raises(NoOpenRun, match="waits for no answer"):
        controls.answer(context, record, approved=True, option=None, note="")


def test_retry_without_a_tried_step_is_refused(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_case(sandbox).set_up()
    context = context_of(enter(sandbox, monkeypatch))
    with opened(context) as run:
        run.log.append(ev.ExecutionPaused("requested", ""))
    record = one_run(context.repository, None, among_open=True)
    with pytest.raises(UsageError, match="no step of this run has been tried"):
        controls.retry(context, record)


def test_commits_of_others_pause_once_before_the_run_goes_on(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_case(sandbox).set_up()
    context = context_of(enter(sandbox, monkeypatch))
    with opened(context) as run:
        run.log.append(ev.ExecutionPaused("requested", ""))
    sandbox.write("other.txt", "other")
    commit = sandbox.commit("By another")
    record = one_run(context.repository, None, among_open=True)
    first = controls.resume(context, record)
    assert (first.state.status, first.state.pause) == ("paused", "head_moved")
    assert commit[:10] in first.state.pause_text
    assert controls.resume(context, first).state.status == "completed"


def test_after_the_last_step_only_failed_checks_are_skipped(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    Case(
        sandbox,
        [Task("Test it", verify=auto("test -d ."))],
        verification="```\ntest -d .\n```\n\n```\nfalse\n```",
    ).set_up()
    context = context_of(enter(sandbox, monkeypatch))
    record = paused(context)
    assert record.state.step is None
    after = controls.skip(context, record, "known")
    skipped = [event for event in after.reading.events if event.type == "test_skipped"]
    assert [event.data["command"] for event in skipped] == ["false"]
    assert after.state.status == "completed"
