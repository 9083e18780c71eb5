"""Several at once: two forge processes, and a user who works while a step runs. No work is lost."""

from __future__ import annotations

import subprocess
import time

from tests.conftest import Sandbox
from tests.run.plans import Case, Task, auto, writes

WAIT = (
    "import time; open('../started', 'a').write('x'); n = [0]; exec(\"while not"
    " pathlib.Path('../go').exists() and n[0] < 3000: n[0] += 1; time.sleep(0.02)\"); "
)


def waiting(sandbox: Sandbox) -> subprocess.Popen[bytes]:
    """Start a run whose one step waits until `../go` is there, and return it once the step is under
    way.
    """
    task = Task("Task 1: Write a", "a.txt", auto("test -s a.txt"))
    Case(sandbox, [task], {1: WAIT + writes("a.txt", "x\n")}, files=("a.txt",)).set_up()
    return started(sandbox, sandbox.start("execute", "01-01", "--approve"))


def started(sandbox: Sandbox, process: subprocess.Popen[bytes]) -> subprocess.Popen[bytes]:
    while not (sandbox.root.parent / "started").exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    return process


def go(sandbox: Sandbox, process: subprocess.Popen[bytes]) -> int:
    (sandbox.root.parent / "go").touch()
    return process.wait(60)


def test_twelve_at_once_have_one_owner(sandbox: Sandbox) -> None:
    task = Task("Task 1: Write a", "a.txt", auto("test -s a.txt"))
    Case(sandbox, [task], {1: WAIT + writes("a.txt", "x\n")}, files=("a.txt",)).set_up()
    processes = [sandbox.start("execute", "01-01", "--approve") for _ in range(8)]
    while sum(process.poll() is None for process in processes) > 1:
        time.sleep(0.02)
    (owner,) = [process for process in processes if process.poll() is None]
    started(sandbox, owner)
    others = [sandbox.start("resume") for _ in range(4)]
    codes = [process.wait(60) for process in [*processes, *others] if process is not owner]
    assert codes == [5] * 11
    stderr = others[0].communicate()[1].decode()
    assert "is at work here" in stderr and "forge pause" in stderr
    assert go(sandbox, owner) == 1, "completed; the plan declares no must-haves"
    assert (sandbox.root.parent / "started").read_text() == "x", "the runner was called once"
    (run,) = sandbox.call("runs").data["runs"]
    assert (
        run["status"] == "completed"
        and sandbox.status() == []
        and sandbox.call("timeline").data["valid"] is True
    )


def test_two_work_trees_do_not_hold_each_other_up(sandbox: Sandbox) -> None:
    process = waiting(sandbox)
    sandbox.git("worktree", "add", "-q", "-b", "second", "../second", "HEAD~1")
    other = Sandbox(sandbox.root.with_name("second"), sandbox.home)
    result = other.call("execute", "01-01", "--approve", "--runner", "manual")
    assert result.code == 4 and result.data["waiting_for"]["kind"] == "manual", result.err
    assert go(sandbox, process) == 1
    assert {run["status"] for run in sandbox.call("runs").data["runs"]} == {"completed", "paused"}
    other.write("a.txt", "by hand\n")
    assert other.call("resume").data["status"] == "completed"
    assert sandbox.status() == [] == other.status()


def test_the_user_commits_during_a_step(sandbox: Sandbox) -> None:
    process = waiting(sandbox)
    sandbox.write("mine.txt", "mine\n")
    sandbox.git("add", "mine.txt")
    sandbox.git("commit", "-q", "-m", "Mine", "--", "mine.txt")
    mine = sandbox.head()
    while go(sandbox, process) == 4:  # the user is asked first: their commit came in between
        waits = sandbox.call("status").data["plans"][0]["waiting_for"]
        if waits and waits["approval_id"]:
            assert "mine.txt" in waits["text"]
            sandbox.call("approve")
        process = sandbox.start("resume")
    assert sandbox.call("runs").data["runs"][0]["status"] == "completed"
    assert sandbox.git("merge-base", "--is-ancestor", mine, "HEAD") == "" and sandbox.status() == []
    assert sandbox.git("show", "HEAD:mine.txt") == "mine\n"


def test_the_user_stages_during_a_step(sandbox: Sandbox) -> None:
    process = waiting(sandbox)
    sandbox.write("README.md", "staged by hand\n")
    sandbox.git("add", "README.md")
    sandbox.write("README.md", "and more\n")
    assert go(sandbox, process) == 4
    waits = sandbox.call("status").data["plans"][0]["waiting_for"]
    assert waits["kind"] == "scope" and "README.md" in waits["text"], (
        "not the step's: the user is asked"
    )
    assert (
        "MM README.md" in sandbox.status()
        and sandbox.git("show", ":README.md") == "staged by hand\n"
    )
    sandbox.call("reject")
    assert sandbox.call("resume").code == 1
    sandbox.call("stop")
    assert (
        sandbox.git("show", ":README.md") == "staged by hand\n"
        and (sandbox.root / "README.md").read_text() == "and more\n"
    )


def test_the_user_switches_the_branch_during_a_step(sandbox: Sandbox) -> None:
    process = waiting(sandbox)
    sandbox.git("switch", "-q", "-c", "other")
    sandbox.write("mine.txt", "mine\n")
    sandbox.git("add", "mine.txt")
    sandbox.git("commit", "-q", "-m", "Mine")
    head = sandbox.head()
    assert go(sandbox, process) == 4
    assert sandbox.head() == head and sandbox.git("branch", "--show-current") == "other\n"
    waits = sandbox.call("status").data["plans"][0]["waiting_for"]
    assert waits["kind"] == "head_moved" and "git switch main" in waits["text"]
    sandbox.git("switch", "-q", "main")
    assert sandbox.call("resume").data["status"] == "completed"
    assert (
        sandbox.git("show", "other:mine.txt") == "mine\n"
        and sandbox.git("show", "main:a.txt") == "x\n"
    )
