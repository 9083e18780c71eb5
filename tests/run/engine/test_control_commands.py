"""The controls of a run from the command line: stop, pause, and what resume notices."""

from __future__ import annotations

from tests.conftest import Sandbox
from tests.run.plans import Case, Task, by_hand, writes


def test_stop_ends_a_run_and_keeps_uncommitted_work(sandbox: Sandbox) -> None:
    run = by_hand(sandbox)
    sandbox.write("a.txt", "half done\n")
    result = sandbox.call("stop", "--reason", "another way")
    assert (result.code, result.data["status"]) == (0, "stopped")
    assert sandbox.status() == ["?? a.txt"]
    stopped = next(
        event["data"] for event in sandbox.events(run) if event["type"] == "execution_stopped"
    )
    assert (
        stopped["reason"] == "another way"
        and sandbox.git("show", f"{stopped['snapshot']}:a.txt") == "half done\n"
    )
    assert sandbox.call("resume").code == 2
    result = sandbox.call("resume", run)
    assert result.code == 2 and "has ended" in result.json["error"]["message"]


def test_a_plan_that_changed_is_not_resumed(sandbox: Sandbox) -> None:
    run = by_hand(sandbox)
    path = ".planning/phases/01-first/01-01-PLAN.md"
    text = (sandbox.root / path).read_text()
    sandbox.write(path, text + "\nmore\n")
    result = sandbox.call("resume", run)
    assert result.code == 2 and result.json["error"]["next"][0] == f"forge stop {run}"
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
    result = sandbox.call("resume", run)
    assert result.code == 4 and result.data["waiting_for"]["kind"] == "head_moved"
    assert sandbox.call("resume", run).data["status"] == "completed"
    assert sandbox.git("merge-base", "--is-ancestor", mine, "HEAD") == ""


def test_a_switched_branch_pauses_and_nothing_is_written_there(sandbox: Sandbox) -> None:
    run = by_hand(sandbox)
    sandbox.git("switch", "-q", "-c", "other")
    head = sandbox.head()
    result = sandbox.call("resume", run)
    assert result.code == 4 and "git switch main" in (result.data["waiting_for"] or {}).get(
        "text", ""
    ) + str(result.json)
    assert sandbox.head() == head and sandbox.status() == []
    sandbox.git("switch", "-q", "main")
    sandbox.write("a.txt", "x\n")
    while (result := sandbox.call("resume", run)).code == 4:
        pass
    assert result.data["status"] == "completed"


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
    assert [row["status"] for row in sandbox.call("runs").data["runs"]] == ["elsewhere"]
    result = sandbox.call("approve", run)
    assert result.code == 2 and "continues on another branch" in result.json["error"]["message"]
    sandbox.git("worktree", "add", "-q", "../beside", "main")
    assert [row["status"] for row in sandbox.call("runs").data["runs"]] == ["stopped"], (
        "the longest record counts"
    )
    assert sandbox.call("execute", "01-01", "--approve").data["status"] == "paused"


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
        result = sandbox.call(*words)
        assert result.code == 2 and result.json["error"]["kind"] == "no_open_run", words


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
    result = sandbox.call("pause")
    assert result.code == 0
    sandbox.write("go", "")
    assert process.wait(30) == 4
    (row,) = sandbox.call("runs").data["runs"]
    assert (
        row["status"] == "paused"
        and (sandbox.root / "a.txt").exists()
        and not (sandbox.root / "b.txt").exists()
    )
    assert sandbox.call("resume").data["status"] == "completed"
