"""Steps that wait for the user: done by hand, checkpoints and decisions."""

from __future__ import annotations

from tests.conftest import Sandbox
from tests.run.plans import DECISION, Case, Task, by_hand


def killed_before_it_paused(sandbox: Sandbox, run: str) -> None:
    """Take back the last event and the commit of it: a pause is written first, then committed."""
    live = sandbox.root / ".git/forge/runs" / run / "timeline.jsonl"
    live.write_bytes(b"".join(live.read_bytes().splitlines(keepends=True)[:-1]))
    sandbox.git("reset", "-q", "--hard", "HEAD^")


def test_a_step_done_by_hand(sandbox: Sandbox) -> None:
    run = by_hand(sandbox)
    sandbox.write("a.txt", "by hand\n")
    result = sandbox.call("resume", run)
    assert result.data["status"] == "completed", result.err
    assert sandbox.subjects()[-2] == "Task 1: Write it" and sandbox.status() == []
    finished = next(
        event["data"] for event in sandbox.events(run) if event["type"] == "runner_finished"
    )
    assert finished["ended"] == "person"


def test_a_step_by_hand_that_the_user_committed(sandbox: Sandbox) -> None:
    run = by_hand(sandbox)
    sandbox.write("a.txt", "by hand\n")
    sandbox.commit("I commit my own work")
    assert sandbox.call("resume", run).data["status"] == "completed"
    assert "I commit my own work" in sandbox.subjects() and sandbox.status() == []


def test_commits_of_the_user_between_two_proposals_are_recorded_as_theirs(sandbox: Sandbox) -> None:
    """A diff that is proposed again lists the earlier commits again; forge's records are between
    them and at the end.
    """
    run = by_hand(sandbox)
    sandbox.write("a.txt", "by hand\n")
    sandbox.write("beside.txt", "out of scope\n")
    first = sandbox.commit("I commit my work")
    assert sandbox.call("resume", run).data["waiting_for"]["kind"] == "scope"
    sandbox.forge("reject")
    assert sandbox.call("resume", run).code == 1
    sandbox.write("a.txt", "by hand, better\n")
    second = sandbox.commit("I fix my work")
    assert sandbox.call("resume", run).data["waiting_for"]["kind"] == "scope"
    sandbox.forge("approve")
    assert sandbox.call("resume", run).data["status"] == "completed"
    recorded = [
        event["data"]
        for event in sandbox.events(run)
        if event["type"] in ("diff_proposed", "diff_applied")
    ]
    assert [entry.get("runner_commits", entry.get("commit")) for entry in recorded] == [
        [first],
        [first, second],
        second,
    ]
    result = sandbox.call("replay", run)
    assert result.code == 0, result.data["problems"]


def test_a_step_by_hand_is_never_put_back_after_a_crash(sandbox: Sandbox) -> None:
    run = by_hand(sandbox)
    killed_before_it_paused(sandbox, run)
    sandbox.write("a.txt", "by hand\n")
    result = sandbox.call("resume", run)
    assert result.code == 4 and result.data["waiting_for"]["kind"] == "manual"
    assert (sandbox.root / "a.txt").read_text() == "by hand\n"
    assert sandbox.call("resume", run).data["status"] == "completed"


def test_a_human_checkpoint(sandbox: Sandbox) -> None:
    extra = "  <what-built>A page</what-built>\n  <how-to-verify>Look at it</how-to-verify>"
    Case(sandbox, [Task("Task 1: See it", kind="checkpoint:human-verify", extra=extra)]).set_up()
    result = sandbox.call("execute", "01-01", "--approve")
    assert result.code == 4 and result.data["waiting_for"]["kind"] == "human_verify"
    assert (
        "A page" in result.data["waiting_for"]["text"]
        and "Look at it" in result.data["waiting_for"]["text"]
    )
    assert sandbox.call("approve", result.data["run"], "--note", "seen").code == 0
    assert sandbox.call("resume").data["status"] == "completed"
    resolved = [
        event
        for event in sandbox.events(result.data["run"])
        if event["type"] == "approval_resolved"
    ][-1]
    assert resolved["data"]["reason"] == "seen" and resolved["actor"] == "Ada <ada@example.org>"


def test_an_answer_counts_even_if_forge_died_after_the_question(sandbox: Sandbox) -> None:
    Case(sandbox, [Task("Look", kind="checkpoint:human-verify")]).set_up()
    run = sandbox.call("execute", "01-01", "--approve").data["run"]
    killed_before_it_paused(sandbox, run)
    result = sandbox.call("approve")
    assert result.data["status"] == "paused" and result.data["next"][0] == f"forge resume {run}"
    assert sandbox.call("resume").data["status"] == "completed"


def test_a_decision_takes_one_of_its_options(sandbox: Sandbox) -> None:
    Case(sandbox, [Task("Task 1: Decide", kind="checkpoint:decision", extra=DECISION)]).set_up()
    result = sandbox.call("execute", "01-01", "--approve")
    run = result.data["run"]
    assert result.data["waiting_for"]["kind"] == "decision"
    assert result.data["next"][:2] == [
        f"forge approve {run} --option option-a",
        f"forge approve {run} --option option-b",
    ]
    assert sandbox.call("approve").code == 2
    assert sandbox.call("approve", "--option", "option-c").code == 2
    assert sandbox.call("approve", "--option", "option-b").code == 0
    assert sandbox.call("approve").code == 2, "it is answered already"
    assert sandbox.call("resume").data["status"] == "completed"
    resolved = [
        event["data"] for event in sandbox.events(run) if event["type"] == "approval_resolved"
    ][-1]
    assert resolved["option"] == "option-b"
