"""Questions at a terminal: asked inline, with the diff that they are about."""

from __future__ import annotations

import contextlib
import os
import pty
import signal

import pytest

from tests.conftest import FORGE, Sandbox
from tests.run.plans import DECISION, Case, Task, auto, writes
from tests.run.terminal import at_terminal


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
    (row,) = sandbox.call("runs").data["runs"]
    resolved = [
        event["data"]
        for event in sandbox.events(row["run"])
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
    result = sandbox.call("execute", "01-01", "--approve")
    assert result.code == 4 and result.data["waiting_for"]["kind"] == "human_action"
    assert "Log in to the service" in result.data["waiting_for"]["text"]
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
