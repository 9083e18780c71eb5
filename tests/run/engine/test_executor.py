"""The loop that carries a run on: what ends it, and what it checks between two moves."""

from __future__ import annotations

import pytest

from forge.errors import Interrupted, StorageFailed
from forge.run.approvals.prompter import Answer
from forge.run.engine.executor import commit_pause, go_on, rules_of
from forge.run.engine.next_move import Rules
from forge.run.engine.open_run import OpenRun
from forge.run.start.first_events import Options
from forge.timeline.run import events as ev
from tests.conftest import Sandbox
from tests.run.in_process import Answers, context_of, enter, opened, small_case
from tests.run.plans import Case, Task, auto, writes


def committed_status(sandbox: Sandbox) -> str:
    """Return the status in the subject of the newest commit."""
    return sandbox.subjects()[-1].rpartition(" — ")[2]


def test_a_run_completes_and_its_record_is_committed(run: OpenRun, sandbox: Sandbox) -> None:
    go_on(run)
    assert run.state.status == "completed" and committed_status(sandbox) == "completed"
    assert not run.folder.exists() and sandbox.status() == []
    assert sandbox.git("show", "HEAD~1:a.txt") == "a"


def test_a_failure_pauses_and_commits_the_record(run: OpenRun, sandbox: Sandbox) -> None:
    small_case(sandbox).set_work({1: writes("a.txt", "b")})
    go_on(run)
    assert (run.state.status, run.state.pause) == ("paused", "failure")
    assert committed_status(sandbox) == "paused" and run.folder.exists()


def test_a_stop_request_ends_the_run_before_the_next_move(run: OpenRun, sandbox: Sandbox) -> None:
    run.requests.add("stop")
    go_on(run)
    assert run.state.status == "stopped" and committed_status(sandbox) == "stopped"
    assert run.state.steps[0].status == "pending"


def test_a_pause_request_takes_effect_before_a_step(run: OpenRun) -> None:
    run.requests.add("pause")
    go_on(run)
    assert (run.state.status, run.state.pause) == ("paused", "requested")
    assert run.requests.pending() is None


def test_a_signal_pauses_and_is_raised(run: OpenRun, sandbox: Sandbox) -> None:
    run.interrupts.signal_name = "SIGTERM"
    with pytest.raises(Interrupted, match="SIGTERM"):
        go_on(run)
    assert (run.state.status, run.state.pause) == ("paused", "interrupted")
    assert committed_status(sandbox) == "paused"


def test_a_full_disk_pauses_and_is_raised(run: OpenRun, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*words: object, **options: object) -> str:
        monkeypatch.undo()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(run.record), "commit", full)
    with pytest.raises(StorageFailed):
        go_on(run)
    assert (run.state.status, run.state.pause) == ("paused", "storage")


def test_another_branch_pauses_without_a_commit(run: OpenRun, sandbox: Sandbox) -> None:
    sandbox.git("switch", "-q", "-c", "other")
    before = sandbox.head()
    go_on(run)
    assert (run.state.status, run.state.pause) == ("paused", "head_moved")
    assert "git switch main" in run.state.pause_text and sandbox.head() == before


def test_a_command_that_commits_pauses_the_run(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A check may not move HEAD: its action says so in the table."""
    commits = "git commit -q --allow-empty -m Sneaky"
    Case(sandbox, [Task("Test it", verify=auto(commits))]).set_up()
    with opened(context_of(enter(sandbox, monkeypatch))) as run:
        go_on(run)
        assert (run.state.status, run.state.pause) == ("paused", "head_moved")


def test_a_tampered_record_is_restored_and_on_record(run: OpenRun, sandbox: Sandbox) -> None:
    (run.folder / "timeline.jsonl").write_bytes(b"\n")
    go_on(run)
    failures = [
        event["data"]["kind"]
        for event in sandbox.events(run.card.run)
        if event["type"] == "failure_detected"
    ]
    assert failures == ["tampered"]


def test_a_question_is_answered_in_the_same_process(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    Case(sandbox, [Task("Look at it", kind="checkpoint:human-verify")]).set_up()
    user = Answers([Answer(True)])
    with opened(context_of(enter(sandbox, monkeypatch), user)) as run:
        go_on(run)
        assert run.state.status == "completed" and len(user.questions) == 1


def test_rules_come_from_settings_options_and_kind(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_case(sandbox, settings="repair:\n  attempts: 2\n").set_up()
    context = context_of(enter(sandbox, monkeypatch))
    with opened(context, Options(approve=True, no_checks="none here")) as run:
        assert rules_of(run) == Rules(2, skip_checks=True)


def test_the_record_waits_if_the_branch_lost_the_runs_commits(
    run: OpenRun, sandbox: Sandbox
) -> None:
    start = sandbox.head()
    sandbox.write("extra.txt", "x")
    sandbox.commit("Extra")
    run.state.commits.append(sandbox.head())
    sandbox.git("reset", "-q", "--hard", start)
    commit_pause(run)
    assert sandbox.head() == start


def test_the_record_waits_while_the_index_is_damaged(run: OpenRun, sandbox: Sandbox) -> None:
    before = sandbox.head()
    (sandbox.root / ".git/index").write_bytes(b"nothing")
    commit_pause(run)
    assert sandbox.head() == before


def test_a_run_that_ended_only_commits_its_record(run: OpenRun, sandbox: Sandbox) -> None:
    run.log.append(ev.Final("stopped", 0, 1, None))
    go_on(run)
    assert committed_status(sandbox) == "stopped" and not run.folder.exists()
