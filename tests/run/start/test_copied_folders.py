"""A repository's folder with an open run is copied, renamed, moved or restored: which clone it is,
and whose run that is.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import Sandbox
from tests.run.plans import Case, Task, auto, by_hand, writes

PATH = ".planning/phases/01-first/01-01-PLAN.md"
LOOK = Task(
    "Task 2: See a", kind="checkpoint:human-verify", extra="  <what-built>A file</what-built>"
)


def everything(root: Path) -> dict[str, tuple[int, bytes]]:
    """Return every file below a folder with its mode and content, the log of commands aside."""
    return {
        str(path.relative_to(root)): (path.stat().st_mode, path.read_bytes())
        for path in sorted(root.rglob("*"))
        if path.is_file() and "executions" not in str(path)
    }


def copy_of(sandbox: Sandbox, name: str = "copy") -> Sandbox:
    root = sandbox.root.with_name(name)
    subprocess.run(["cp", "-r", str(sandbox.root), str(root)], check=True)
    return Sandbox(root, sandbox.home)


def waiting_for_a_person(sandbox: Sandbox, *more: str) -> str:
    """Execute a plan that asks the user in its middle; return the run."""
    tasks = [Task("Task 1: Write a", "a.txt", auto("test -s a.txt")), LOOK]
    Case(sandbox, tasks, {1: writes("a.txt", "x\n")}, files=("a.txt",)).set_up()
    run: str = sandbox.call("execute", "01-01", "--approve", *more).data["run"]
    return run


@pytest.mark.parametrize("with_pointer", [True, False])
def test_a_copy_is_another_clone_and_leaves_the_original_alone(
    sandbox: Sandbox, with_pointer: bool
) -> None:
    run = by_hand(sandbox)
    copy = copy_of(sandbox)
    if not with_pointer:
        (copy.root / ".git/forge/runs" / run / "work-tree").unlink()
    before = everything(sandbox.root)
    copy.write("a.txt", "x\n")
    (row,) = copy.call("runs").data["runs"]
    assert row["status"] == "elsewhere"
    for words in (("resume",), ("retry", run), ("approve", run), ("stop",), ("pause", run)):
        result = copy.call(*words)
        assert result.code == 2, (words, result.out)
        error = result.json["error"]
        assert "this folder is a copy of" in error["message"], words
    assert everything(sandbox.root) == before
    sandbox.write("a.txt", "y\n")
    assert sandbox.call("resume", run).data["status"] == "completed"
    assert not (copy.root / ".planning/runs" / run / "SUMMARY.md").exists()


def test_a_copied_run_is_taken_over_after_an_approval_with_the_tree_that_came_along(
    sandbox: Sandbox,
) -> None:
    run = by_hand(sandbox)
    copy = copy_of(sandbox)
    before = everything(sandbox.root)
    copy.write("a.txt", "x\n")
    result = copy.call("resume", "--adopt", run)
    assert result.code == 4 and result.data["run"] is None, "the options of the log grant nothing"
    approve, again = result.data["next"]
    assert again == f"forge resume --adopt {run}"
    assert copy.forge(*approve.split()[1:]).code == 0
    result = copy.call(*again.split()[1:])
    assert result.data["status"] == "completed", result.out + result.err
    assert copy.status() == [] and copy.call("replay", run).code == 0
    adopted = next(event for event in copy.events(run) if event["type"] == "run_adopted")
    own = json.loads((copy.root / ".git/forge/clone.json").read_text())["id"]
    assert adopted["data"]["clone"] == own != adopted["data"]["from_clone"]
    assert everything(sandbox.root) == before


def test_a_restored_backup_is_another_clone(sandbox: Sandbox) -> None:
    """The new folder may even get the inodes of the old one."""
    run = by_hand(sandbox)
    assert sandbox.call("approve", "01-01", "--runner", "manual").code == 0
    backup = sandbox.root.with_name("backup.tar")
    subprocess.run(["tar", "-cf", str(backup), "work"], cwd=sandbox.root.parent, check=True)
    shutil.rmtree(sandbox.root)
    subprocess.run(["tar", "-xf", str(backup)], cwd=sandbox.root.parent, check=True)
    sandbox.write("a.txt", "x\n")
    assert sandbox.call("resume", run).json["error"]["kind"] == "no_open_run"
    assert sandbox.call("resume", "--adopt", run).code == 4, "approvals are those of a clone"
    sandbox.call("approve", "01-01", "--runner", "manual")
    assert sandbox.call("resume", "--adopt", run).data["status"] == "completed"


def test_a_run_goes_on_in_a_renamed_folder(sandbox: Sandbox) -> None:
    run = by_hand(sandbox)
    renamed = Sandbox(sandbox.root.rename(sandbox.root.with_name("renamed")), sandbox.home)
    renamed.write("a.txt", "x\n")
    assert renamed.call("execute", "01-01", "--approve").json["error"]["kind"] == "run_open"
    assert renamed.call("resume").data["status"] == "completed"
    assert renamed.call("replay", run).code == 0


@pytest.mark.parametrize("both", [True, False])
def test_a_run_in_its_own_tree_goes_on_after_a_move(sandbox: Sandbox, both: bool) -> None:
    run = waiting_for_a_person(sandbox, "--worktree")
    place = sandbox.root.with_name("elsewhere")
    place.mkdir()
    tree = sandbox.root.with_name(f"{sandbox.root.name}.forge")
    if both:
        tree = tree.rename(place / tree.name)
    tree = tree / run
    (tree / "mine.txt").write_text("kept\n")
    moved = Sandbox(sandbox.root.rename(place / "work"), sandbox.home)
    assert moved.call("approve", run).code == 0
    assert (tree / "mine.txt").read_text() == "kept\n"
    (tree / "mine.txt").unlink()
    assert moved.call("resume", run).data["status"] == "completed"
    assert "SUMMARY" in moved.git("-C", str(tree), "show", "--name-only", "HEAD")


def test_a_copy_leaves_the_work_tree_of_the_originals_run_alone(sandbox: Sandbox) -> None:
    run = waiting_for_a_person(sandbox, "--worktree")
    copy, tree = copy_of(sandbox), sandbox.root.with_name(f"{sandbox.root.name}.forge")
    before = everything(sandbox.root), everything(tree)
    assert copy.call("approve", run).code == 2
    assert copy.call("status").code == 0
    assert copy.call("approve", "01-01").code == 0
    refused = copy.call("resume", "--adopt", run).json["error"]
    assert refused["kind"] == "not_adoptable"
    switch, again = refused["next"]
    subprocess.run(
        switch, shell=True, cwd=copy.root, env=copy.environment(), check=True, capture_output=True
    )
    assert copy.call(*again.split()[1:]).data["waiting_for"]["kind"] == "human_verify"
    assert copy.call("approve", run).code == 0
    assert copy.call("resume", run).data["status"] == "completed"
    assert (everything(sandbox.root), everything(tree)) == before


def test_a_work_tree_that_lost_its_repository_is_told_how_to_find_it(sandbox: Sandbox) -> None:
    sandbox.git("worktree", "add", "-q", "-b", "side", "../side")
    sandbox.root.rename(sandbox.root.with_name("renamed"))
    side = Sandbox(sandbox.root.with_name("side"), sandbox.home)
    error = side.call("status").json["error"]
    assert str(sandbox.root / ".git/worktrees/side") in error["message"]
    assert "worktree repair" in error["hint"] and "git init" not in error["hint"]


def test_a_run_that_ended_before_its_record_was_committed_is_named_with_a_way_on(
    sandbox: Sandbox,
) -> None:
    task = Task("Write a", "a.txt", auto("test -s a.txt"))
    Case(sandbox, [task], {1: writes("a.txt", "x\n")}, files=("a.txt",)).set_up()
    run = sandbox.call("execute", "01-01", "--approve").data["run"]
    live = sandbox.root / ".git/forge/runs" / run
    live.parent.mkdir(exist_ok=True)
    shutil.copytree(sandbox.root / ".planning/runs" / run, live)
    sandbox.git("reset", "-q", "--hard", "HEAD^")
    copy = copy_of(sandbox)
    result = copy.call("resume", "--adopt", run)
    error = result.json["error"]
    assert "has ended (completed)" in error["message"] and str(copy.root) in error["message"]
    approve, execute = error["next"]
    assert copy.forge(*approve.split()[1:]).code == 0
    again = copy.call(*execute.split()[1:])
    assert again.data["status"] == "completed", again.err
