"""Steps that wait for the user: by hand, checkpoints, decisions, pauses, attestations, waivers."""

from __future__ import annotations

import contextlib
import os
import pty
import signal
import subprocess

import pytest

from tests.conftest import FORGE, Sandbox
from tests.run.plans import Case, Task, auto, writes

DECISION = """
  <decision>Which store?</decision>
  <options>
    <option id="option-a"><name>SQLite</name></option>
    <option id="option-b"><name>Files</name></option>
  </options>
"""
TRUTH = 'must_haves:\n  truths:\n    - "It feels right"\n    - "It is fast"\n'


def by_hand(sandbox: Sandbox, verify: str = auto("test -s a.txt")) -> str:
    Case(sandbox, [Task("Task 1: Write it", "a.txt", verify)], files=("a.txt",)).set_up()
    said = sandbox.call("execute", "01-01", "--approve", "--runner", "manual")
    assert (
        said.code == 4
        and said.data["waiting_for"]["kind"] == "manual"
        and said.data["waiting_for"]["approval_id"] is None
    )
    assert "Task 1: Write it" in said.data["waiting_for"]["text"]
    run: str = said.data["run"]
    return run


def test_a_step_done_by_hand(sandbox: Sandbox) -> None:
    run = by_hand(sandbox)
    sandbox.write("a.txt", "by hand\n")
    said = sandbox.call("resume", run)
    assert said.data["status"] == "completed", said.err
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
    told = [
        event["data"]
        for event in sandbox.events(run)
        if event["type"] in ("diff_proposed", "diff_applied")
    ]
    assert [each.get("runner_commits", each.get("commit")) for each in told] == [
        [first],
        [first, second],
        second,
    ]
    said = sandbox.call("replay", run)
    assert said.code == 0, said.data["problems"]


def test_a_step_by_hand_is_never_put_back_after_a_crash(sandbox: Sandbox) -> None:
    run = by_hand(sandbox)
    live = sandbox.root / ".git/forge/runs" / run / "timeline.jsonl"
    lines = live.read_bytes().splitlines(keepends=True)
    live.write_bytes(b"".join(lines[:-1]))  # the pause was not written: killed in between
    sandbox.write("a.txt", "by hand\n")
    said = sandbox.call("resume", run)
    assert said.code == 4 and said.data["waiting_for"]["kind"] == "manual"
    assert (sandbox.root / "a.txt").read_text() == "by hand\n"
    assert sandbox.call("resume", run).data["status"] == "completed"


def test_a_human_checkpoint(sandbox: Sandbox) -> None:
    extra = "  <what-built>A page</what-built>\n  <how-to-verify>Look at it</how-to-verify>"
    Case(sandbox, [Task("Task 1: See it", kind="checkpoint:human-verify", extra=extra)]).set_up()
    said = sandbox.call("execute", "01-01", "--approve")
    assert said.code == 4 and said.data["waiting_for"]["kind"] == "human_verify"
    assert (
        "A page" in said.data["waiting_for"]["text"]
        and "Look at it" in said.data["waiting_for"]["text"]
    )
    assert sandbox.call("approve", said.data["run"], "--note", "seen").code == 0
    assert sandbox.call("resume").data["status"] == "completed"
    resolved = [
        event for event in sandbox.events(said.data["run"]) if event["type"] == "approval_resolved"
    ][-1]
    assert resolved["data"]["reason"] == "seen" and resolved["actor"] == "Ada <ada@example.org>"


def test_an_answer_counts_even_if_forge_died_after_the_question(sandbox: Sandbox) -> None:
    Case(sandbox, [Task("Look", kind="checkpoint:human-verify")]).set_up()
    run = sandbox.call("execute", "01-01", "--approve").data["run"]
    live = sandbox.root / ".git/forge/runs" / run / "timeline.jsonl"
    live.write_bytes(
        b"".join(live.read_bytes().splitlines(keepends=True)[:-1])
    )  # killed before it paused
    said = sandbox.call("approve")
    assert said.data["status"] == "paused" and said.data["next"][0] == f"forge resume {run}"
    assert sandbox.call("resume").data["status"] == "completed"


def test_a_decision_takes_one_of_its_options(sandbox: Sandbox) -> None:
    Case(sandbox, [Task("Task 1: Decide", kind="checkpoint:decision", extra=DECISION)]).set_up()
    said = sandbox.call("execute", "01-01", "--approve")
    run = said.data["run"]
    assert said.data["waiting_for"]["kind"] == "decision"
    assert said.data["next"][:2] == [
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


def test_stop_ends_a_run_and_keeps_uncommitted_work(sandbox: Sandbox) -> None:
    run = by_hand(sandbox)
    sandbox.write("a.txt", "half done\n")
    said = sandbox.call("stop", "--reason", "another way")
    assert (said.code, said.data["status"]) == (0, "stopped")
    assert sandbox.status() == ["?? a.txt"]
    stopped = next(
        event["data"] for event in sandbox.events(run) if event["type"] == "execution_stopped"
    )
    assert (
        stopped["reason"] == "another way"
        and sandbox.git("show", f"{stopped['snapshot']}:a.txt") == "half done\n"
    )
    assert sandbox.call("resume").code == 2
    said = sandbox.call("resume", run)
    assert said.code == 2 and "has ended" in said.json["error"]["message"]


def test_a_plan_that_changed_is_not_resumed(sandbox: Sandbox) -> None:
    run = by_hand(sandbox)
    path = ".planning/phases/01-first/01-01-PLAN.md"
    text = (sandbox.root / path).read_text()
    sandbox.write(path, text + "\nmore\n")
    said = sandbox.call("resume", run)
    assert said.code == 2 and said.json["error"]["next"][0] == f"forge stop {run}"
    sandbox.write(path, text)
    sandbox.write("a.txt", "x\n")
    assert sandbox.call("resume", run).data["status"] == "completed"


def test_a_head_that_moved_pauses_the_run_once(sandbox: Sandbox) -> None:
    Case(
        sandbox,
        [Task("Task 1: Write it", "a.txt", "Look at it.")],
        {1: writes("a.txt", "x\n")},
        files=("a.txt",),
    ).set_up()
    run = sandbox.call("execute", "01-01", "--approve").data["run"]
    sandbox.write("mine.txt", "x\n")
    mine = sandbox.commit("Something of mine")
    sandbox.call("approve", run)
    sandbox.write("mine2.txt", "x\n")
    sandbox.commit("And another")
    said = sandbox.call("resume", run)
    assert said.code == 4 and said.data["waiting_for"]["kind"] == "head_moved"
    assert sandbox.call("resume", run).data["status"] == "completed"
    assert sandbox.git("merge-base", "--is-ancestor", mine, "HEAD") == ""


def test_a_switched_branch_pauses_and_nothing_is_written_there(sandbox: Sandbox) -> None:
    run = by_hand(sandbox)
    sandbox.git("switch", "-q", "-c", "other")
    head = sandbox.head()
    said = sandbox.call("resume", run)
    assert said.code == 4 and "git switch main" in (said.data["waiting_for"] or {}).get(
        "text", ""
    ) + str(said.json)
    assert sandbox.head() == head and sandbox.status() == []
    sandbox.git("switch", "-q", "main")
    sandbox.write("a.txt", "x\n")
    while (said := sandbox.call("resume", run)).code == 4:
        pass
    assert said.data["status"] == "completed"


def test_the_branch_of_an_earlier_run_does_not_block_the_next(sandbox: Sandbox) -> None:
    """Its record there says paused for ever; the run ended on its own branch, and nobody is sent to
    answer it here.
    """
    Case(sandbox, [Task("Look", kind="checkpoint:human-verify")]).set_up()
    run = sandbox.call("execute", "01-01", "--approve").data["run"]
    sandbox.git("branch", "other")
    assert sandbox.call("stop").data["status"] == "stopped"
    sandbox.git("switch", "-q", "other")
    shown = sandbox.call("status").data
    assert shown["plans"][0]["word"] == "ready" and shown["next"] == [
        "forge approve 01-01",
        "forge execute 01-01",
    ]
    assert [each["status"] for each in sandbox.call("runs").data["runs"]] == ["elsewhere"]
    said = sandbox.call("approve", run)
    assert said.code == 2 and "continues on another branch" in said.json["error"]["message"]
    sandbox.git("worktree", "add", "-q", "../beside", "main")
    assert [each["status"] for each in sandbox.call("runs").data["runs"]] == ["stopped"], (
        "the longest record counts"
    )
    assert sandbox.call("execute", "01-01", "--approve").data["status"] == "paused"


def test_attest_and_waive_outside_a_run(sandbox: Sandbox) -> None:
    Case(sandbox, [Task("Task 1: Write it", "a.txt")], must_haves=TRUTH).set_up()
    assert sandbox.call("verify", "01-01").data["plans"][0]["counts"]["unproven"] == 2
    assert sandbox.call("attest", "01-01", "truth:1", "--evidence", "no-such-file").code == 2
    assert sandbox.call("attest", "01-01", "truth:1", "--evidence", "../../etc/passwd").code == 2
    said = sandbox.call("attest", "01-01", "truth:1", "--evidence", "README.md", "--note", "seen")
    assert said.code == 0 and said.data["path"].startswith(".planning/proofs/01-01-attestation-")
    assert sandbox.call("waive", "01-01", "truth:2", "--reason", " ").code == 2
    assert sandbox.call("waive", "01-01", "truth:9", "--reason", "x").code == 2
    assert sandbox.call("waive", "01-01", "truth:2", "--reason", "measured next month").code == 0
    assert sandbox.status() == [], "proofs are committed"
    said = sandbox.call("verify", "01-01")
    (plan,) = said.data["plans"]
    assert said.code == 0 and plan["verdict"] == "proven"
    assert plan["counts"] == {
        "declared": 2,
        "pass": 1,
        "fail": 0,
        "unproven": 0,
        "stale": 0,
        "waived": 1,
    }
    assert (
        "Ada" in plan["must_haves"][0]["reason"]
        and "measured next month" in plan["must_haves"][1]["reason"]
    )
    path = ".planning/phases/01-first/01-01-PLAN.md"
    sandbox.write(
        path, (sandbox.root / path).read_text().replace("It feels right", "It feels wrong")
    )
    assert sandbox.call("verify", "01-01").data["plans"][0]["counts"]["unproven"] == 1, (
        "bound to the statement"
    )


def test_attest_inside_a_run_is_an_event(sandbox: Sandbox) -> None:
    Case(sandbox, [Task("Task 1: Write it", "a.txt")], files=("a.txt",), must_haves=TRUTH).set_up()
    run = sandbox.call("execute", "01-01", "--approve", "--runner", "manual").data["run"]
    assert sandbox.call("attest", "01-01", "truth:1", "--evidence", "README.md").data["run"] == run
    assert sandbox.call("waive", "01-01", "truth:2", "--reason", "later").data["run"] == run
    sandbox.write("a.txt", "x\n")
    said = sandbox.call("resume", run)
    assert (said.code, said.data["verdict"]) == (0, "proven"), said.err
    assert not (sandbox.root / ".planning/proofs").exists()


def test_controls_without_an_open_run(sandbox: Sandbox) -> None:
    for words in (
        ["resume"],
        ["pause"],
        ["retry"],
        ["stop"],
        ["skip", "--reason", "x"],
        ["approve"],
        ["reject"],
    ):
        said = sandbox.call(*words)
        assert said.code == 2 and said.json["error"]["kind"] == "no_open_run", words


def test_pause_stops_at_the_next_edge(sandbox: Sandbox) -> None:
    wait = (
        "import time; pathlib.Path('started').touch()\nwhile not pathlib.Path('go').exists():"
        " time.sleep(0.02)"
    )
    tasks = [Task("Task 1: Write a", "a.txt"), Task("Task 2: Write b", "b.txt")]
    case = Case(sandbox, tasks, files=("a.txt", "b.txt"))
    case.set_up()
    outside = sandbox.root.with_name("worker") / "work.txt"
    code = (
        f"exec({wait + chr(10)!r}); os.remove('started'); os.remove('go'); {writes('a.txt', 'x')}"
    )
    outside.write_text(f"1 {code}\n2 {writes('b.txt', 'x')}\n")
    process = sandbox.start("execute", "01-01", "--approve")
    while not (sandbox.root / "started").exists():
        assert process.poll() is None
    said = sandbox.call("pause")
    assert said.code == 0
    sandbox.write("go", "")
    assert process.wait(30) == 4
    (found,) = sandbox.call("runs").data["runs"]
    assert (
        found["status"] == "paused"
        and (sandbox.root / "a.txt").exists()
        and not (sandbox.root / "b.txt").exists()
    )
    assert sandbox.call("resume").data["status"] == "completed"


def at_terminal(sandbox: Sandbox, words: list[str], typed: bytes) -> tuple[int, str]:
    """Run forge at a terminal of its own and type into it."""
    main, sub = pty.openpty()
    process = subprocess.Popen(
        [*FORGE, *words],
        cwd=sandbox.root,
        env=sandbox.environment(),
        stdin=sub,
        stdout=sub,
        stderr=sub,
    )
    os.close(sub)
    os.write(main, typed)
    shown = b""
    while True:
        try:
            data = os.read(main, 65536)
        except OSError:
            break
        if not data:
            break
        shown += data
    os.close(main)
    return process.wait(60), shown.decode("utf-8", "replace")


def test_at_a_terminal_questions_are_asked_inline(sandbox: Sandbox) -> None:
    tasks = [
        Task("Task 1: Write it", "a.txt", "Look at it."),
        Task("Task 2: Decide", kind="checkpoint:decision", extra=DECISION),
    ]
    Case(sandbox, tasks, {1: writes("a.txt", "x\n")}, files=("a.txt",)).set_up()
    code, shown = at_terminal(sandbox, ["execute", "01-01"], b"y\ny\noption-a\n")
    assert code == 1 and "completed" in shown, shown
    assert (
        "commands that will run here" in shown
        and "Look at it." in shown
        and "Which store?" in shown
    )


def test_at_a_terminal_a_no_to_the_plan_runs_nothing(sandbox: Sandbox) -> None:
    Case(sandbox, [Task("Task 1: Write it", "a.txt")], {1: writes("a.txt", "x\n")}).set_up()
    code, _ = at_terminal(sandbox, ["execute", "01-01"], b"n\n")
    assert (
        code == 4
        and not (sandbox.root / "a.txt").exists()
        and sandbox.call("runs").data["runs"] == []
    )


def test_at_a_terminal_a_diff_is_shown_in_color_with_its_question(sandbox: Sandbox) -> None:
    work = {1: f"{writes('a.txt', 'x' + chr(10))}; {writes('README.md', 'out of scope' + chr(10))}"}
    Case(sandbox, [Task("Task 1: Write it", "a.txt")], work, files=("a.txt",)).set_up()
    code, shown = at_terminal(sandbox, ["execute", "01-01"], b"y\n\n")
    assert (
        code == 4
        and "\x1b[32m+out of scope" in shown
        and "\x1b[31m-# A repository" in shown
        and "scope" in shown
    ), shown
    assert sandbox.status() == [" M README.md", "?? a.txt"], "an empty answer pauses"
    code, shown = at_terminal(sandbox, ["resume"], b"n\nnot this file\n")
    assert code == 1 and "+out of scope" in shown and "not this file" in shown, shown
    (found,) = sandbox.call("runs").data["runs"]
    resolved = [
        event["data"]
        for event in sandbox.events(found["run"])
        if event["type"] == "approval_resolved"
    ][-1]
    assert (resolved["kind"], resolved["decision"], resolved["reason"]) == (
        "scope",
        "denied",
        "not this file",
    )


def test_a_diff_of_one_long_line_is_cut_at_a_terminal(sandbox: Sandbox) -> None:
    case = Case(
        sandbox,
        [Task("Write", "a.txt")],
        {1: "pathlib.Path('b.txt').write_text('x' * 3_000_000)"},
        files=("a.txt",),
    )
    case.set_up()
    code, shown = at_terminal(sandbox, ["execute", "01-01", "--approve"], b"\n")
    assert code == 4 and "2999001 more characters" in shown and len(shown) < 10_000, shown[-500:]


def test_what_a_verify_command_changed_is_shown_too(sandbox: Sandbox) -> None:
    Case(sandbox, [Task("Task 1: Test it", "", auto("echo made > made.txt"))]).set_up()
    code, shown = at_terminal(sandbox, ["execute", "01-01"], b"y\ny\n")
    assert (
        code == 1
        and "\x1b[32m+made" in shown
        and (sandbox.root / "made.txt").exists()
        and sandbox.status() == []
    ), shown


def test_checkpoints_for_the_user_are_never_answered_for_them(sandbox: Sandbox) -> None:
    tasks = [
        Task(
            "Task 1: Log in",
            kind="checkpoint:human-action",
            extra="  <action>Log in to the service</action>",
        ),
        Task(
            "Task 2: See it",
            kind='checkpoint:human-verify" gate="blocking-human',
            extra="  <what-built>A page</what-built>",
        ),
    ]
    Case(sandbox, tasks).set_up()
    said = sandbox.call("execute", "01-01", "--approve")
    assert said.code == 4 and said.data["waiting_for"]["kind"] == "human_action"
    assert "Log in to the service" in said.data["waiting_for"]["text"]
    assert sandbox.call("resume").code == 4, "resuming does not answer"
    code, shown = at_terminal(sandbox, ["resume"], b"y\n\n")
    assert code == 4 and "Log in to the service" in shown and "A page" in shown, shown
    assert sandbox.call("status").data["plans"][0]["waiting_for"]["kind"] == "human_verify"
    code, shown = at_terminal(sandbox, ["resume"], b"y\n")
    assert code == 1 and "completed" in shown, shown


def test_a_terminal_that_is_closed_pauses_the_run_and_ends_the_runner(sandbox: Sandbox) -> None:
    fifo = sandbox.root.with_name("at-work")
    os.mkfifo(fifo)
    work = (
        f"{writes('a.txt', 'half')}; open({str(fifo)!r}, 'w').write(str(os.getpid())); import time;"
        " time.sleep(600)"
    )
    case = Case(
        sandbox, [Task("Write it", "a.txt", auto("test -s a.txt"))], {1: work}, files=("a.txt",)
    )
    case.set_up()
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(sandbox.root)
        os.execvpe(
            FORGE[0],
            [*FORGE, "execute", "01-01", "--approve"],
            {**sandbox.environment(), "TERM": "xterm"},
        )
    runner = int(fifo.read_text())
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 130
    with pytest.raises(ProcessLookupError):
        os.kill(runner, 0)
    (run,) = sandbox.call("runs").data["runs"]
    assert run["status"] == "paused" and sandbox.subjects()[-1].endswith("record — paused")
    case.set_work({1: writes("a.txt", "whole")})
    assert sandbox.call("resume", run["run"]).data["status"] == "completed"
    assert (
        sandbox.git("show", "HEAD:a.txt") == "whole"
        and sandbox.call("replay", run["run"]).data["valid"]
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_during_the_question_about_a_plan_begins_nothing(
    sandbox: Sandbox, number: int
) -> None:
    Case(
        sandbox, [Task("Write it", "a.txt")], {1: writes("a.txt", "x\n")}, files=("a.txt",)
    ).set_up()
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(sandbox.root)
        os.execvpe(
            FORGE[0], [*FORGE, "execute", "01-01"], {**sandbox.environment(), "TERM": "xterm"}
        )
    shown = b""
    while b"and execute it?" not in shown:
        shown += os.read(terminal, 4096)
    os.kill(process, number)
    with contextlib.suppress(OSError):  # a terminal whose last process has ended
        while data := os.read(terminal, 4096):
            shown += data
    os.close(terminal)
    assert (
        os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 130
        and b"nothing has begun" in shown
    )
    assert sandbox.call("runs").data["runs"] == [] and sandbox.status() == []
