"""A run that is adopted by another clone: from which record, what refuses it, and what the first
clone learns.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable

from tests.conftest import Sandbox
from tests.run.plans import Case, Task, auto, writes

PATH = ".planning/phases/01-first/01-01-PLAN.md"
TASKS = [
    Task("Task 1: Write a", "a.txt", auto("test -s a.txt")),
    Task(
        "Task 2: See a", kind="checkpoint:human-verify", extra="  <what-built>A file</what-built>"
    ),
    Task("Task 3: Write b", "b.txt", auto("test -s b.txt")),
]


def paused_elsewhere(sandbox: Sandbox, tasks: list[Task], *more: str) -> tuple[Sandbox, Case, str]:
    """Execute a plan until it pauses; return a clone of the repository for another user."""
    case = Case(
        sandbox,
        tasks,
        {1: writes("a.txt", "x\n"), 3: writes("b.txt", "x\n")},
        files=("a.txt", "b.txt"),
    )
    case.set_up()
    run = sandbox.call("execute", "01-01", "--approve", *more).data["run"]
    assert sandbox.call("runs").data["runs"][0]["status"] == "paused"
    root, home = sandbox.root.with_name("clone"), sandbox.home.with_name("home-clone")
    shutil.copytree(sandbox.home, home)
    shutil.rmtree(home / ".local", ignore_errors=True)
    (home / ".gitconfig").write_text(
        (home / ".gitconfig").read_text().replace("Ada", "Grace").replace("ada@", "grace@")
    )
    sandbox.git("clone", "-q", str(sandbox.root), str(root))
    return Sandbox(root, home), case, run


def test_a_paused_run_goes_on_in_another_clone(sandbox: Sandbox) -> None:
    other, _, run = paused_elsewhere(sandbox, TASKS)
    (row,) = other.call("runs").data["runs"]
    assert row["status"] == "elsewhere"
    result = other.call("resume", run)
    assert result.code == 2 and result.json["error"]["kind"] == "no_open_run"
    for words in (("resume",), ("rollback",), ("stop",)):
        result = other.call(*words)
        assert result.code == 2 and f"forge resume --adopt {run}" in result.json["error"]["hint"], (
            words
        )
    head = other.head()
    result = other.call("resume", "--adopt", run)
    assert result.code == 4 and result.data["run"] is None, (
        "--approve of the first clone grants nothing here"
    )
    assert result.data["next"] == [f"forge approve {PATH}", f"forge resume --adopt {run}"]
    assert (
        other.head() == head
        and other.status() == []
        and not (other.root / ".git/forge/runs").exists()
    )
    assert other.call("approve", "01-01").code == 0
    result = other.call("resume", "--adopt", run)
    assert result.code == 4 and result.data["waiting_for"]["kind"] == "human_verify", result.err
    assert other.status() == [] and other.call("runs").data["runs"][0]["status"] == "paused"
    tracked = (other.root / ".planning/runs" / run / "timeline.jsonl").read_bytes()
    assert tracked.startswith(
        (sandbox.root / ".planning/runs" / run / "timeline.jsonl").read_bytes()
    )
    assert other.call("replay", run).code == 0, "its evidence came along"
    assert other.call("approve", run).code == 0
    result = other.call("resume")
    assert result.data["status"] == "completed" and other.status() == []
    adopted = next(event for event in other.events(run) if event["type"] == "run_adopted")
    card = (other.root / ".planning/runs" / run / "run.yaml").read_text()
    assert (
        f"clone: {adopted['data']['from_clone']}" in card
        and adopted["actor"] == "Grace <grace@example.org>"
    )
    assert other.call("timeline", run).data["valid"] is True


def test_the_first_clone_learns_that_the_run_was_adopted(sandbox: Sandbox) -> None:
    other, _, run = paused_elsewhere(sandbox, TASKS)
    other.call("approve", "01-01")
    other.call("resume", "--adopt", run)
    sandbox.git("pull", "-q", str(other.root), "main")
    live = (sandbox.root / ".git/forge/runs" / run / "timeline.jsonl").read_bytes()
    (row,) = sandbox.call("runs").data["runs"]
    assert row["status"] == "elsewhere"
    shown = sandbox.call("status").data
    assert shown["plans"][0]["word"] == "elsewhere" and not any(
        run in line for line in shown["next"]
    ), "as `runs` says"
    head = sandbox.head()
    for words in (
        ["resume", run],
        ["approve", run],
        ["stop", run],
        ["skip", run, "--reason", "x"],
        ["resume"],
    ):
        result = sandbox.call(*words)
        assert (
            result.code == 2 and "taken over by another clone" in result.json["error"]["message"]
        ), (words, result.err)
    assert sandbox.head() == head and sandbox.status() == []
    assert (sandbox.root / ".git/forge/runs" / run / "timeline.jsonl").read_bytes() == live
    result = sandbox.call("execute", "01-01", "--approve")
    assert result.code == 4 and result.data["run"] != run, "the work tree is free for another run"
    sandbox.call("stop")
    sandbox.call("approve", "01-01")
    result = sandbox.call("resume", "--adopt", run)
    assert result.code == 4 and result.data["waiting_for"]["kind"] == "human_verify", (
        "it can come back"
    )
    assert [event["type"] for event in sandbox.events(run)].count("run_adopted") == 2
    (aside,) = (sandbox.root / ".git/forge/torn").glob(f"{run}-*")
    assert (aside / "timeline.jsonl").read_bytes() == live


def test_a_step_whose_work_is_in_the_other_clone_starts_over(sandbox: Sandbox) -> None:
    other, _, run = paused_elsewhere(sandbox, TASKS[:1], "--runner", "manual")
    sandbox.write("a.txt", "half done in the first clone\n")
    assert other.call("approve", "01-01", "--runner", "manual").code == 0
    result = other.call("resume", "--adopt")
    assert result.code == 4 and result.data["waiting_for"]["kind"] == "manual", result.err
    other.write("a.txt", "done\n")
    assert other.call("resume", run).data["status"] == "completed"
    assert (sandbox.root / "a.txt").read_text() == "half done in the first clone\n"


def test_what_refuses_an_adoption(sandbox: Sandbox) -> None:
    other, _, run = paused_elsewhere(sandbox, TASKS)
    other.call("approve", "01-01")
    assert sandbox.call("resume", "--adopt", run).json["error"]["kind"] == "no_open_run", (
        "it is this clone's own"
    )
    start, timeline = other.head(), f".planning/runs/{run}/timeline.jsonl"
    data = (other.root / timeline).read_bytes()
    lines = data.splitlines(keepends=True)
    for text, kind in (
        (data.replace(b"Write a", b"Write x", 1), "damaged_log"),
        (data[:-9], "damaged_log"),
        (b"".join(lines[:-1]), "not_adoptable"),
    ):
        other.write(timeline, text)
        head = other.commit("Another record")
        result = other.call("resume", "--adopt", run)
        assert result.json["error"]["kind"] == kind, result.err
        assert (
            other.head() == head
            and other.status() == []
            and not (other.root / ".git/forge/runs").exists()
        )
        other.git("reset", "-q", "--hard", start)
    other.git("switch", "-q", "-c", "older", "main~2")
    other.git("checkout", "-q", "main", "--", ".planning/runs")
    other.git("commit", "-q", "-m", "The record without the work")
    result = other.call("resume", "--adopt", run)
    assert (
        result.json["error"]["kind"] == "not_adoptable"
        and "does not hold the commits" in result.json["error"]["message"]
    )
    other.git("switch", "-q", "main")
    other.write(PATH, (other.root / PATH).read_text() + "\nmore\n")
    other.commit("Another plan")
    other.call("approve", "01-01")
    assert other.call("resume", "--adopt", run).json["error"]["kind"] == "not_adoptable"
    other.write("mine.txt", "x\n")
    assert other.call("resume", "--adopt", run).json["error"]["kind"] == "dirty_tree"


def test_a_run_whose_local_folder_is_gone_is_adopted(
    sandbox: Sandbox, make_sandbox: Callable[[str], Sandbox]
) -> None:
    _, _, run = paused_elsewhere(sandbox, TASKS)
    shutil.rmtree(sandbox.root / ".git/forge")
    (row,) = sandbox.call("runs").data["runs"]
    assert row["status"] == "elsewhere"
    sandbox.call("approve", "01-01")
    assert sandbox.call("resume", "--adopt", run).data["waiting_for"]["kind"] == "human_verify"
    sandbox.call("approve", run)
    assert sandbox.call("resume", run).data["status"] == "completed"
