"""A run in a work tree of its own: made beside the main one, resumed from either place, left for
review.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import Sandbox
from tests.run.engine.test_crashes import FAULTS
from tests.run.plans import Case, Task, auto, writes

PATH = ".planning/phases/01-first/01-01-PLAN.md"


def two_steps(sandbox: Sandbox) -> Case:
    tasks = [
        Task("Task 1: Write a", "a.txt", auto("test -s a.txt")),
        Task(
            "Task 2: See a",
            kind="checkpoint:human-verify",
            extra="  <what-built>A file</what-built>",
        ),
    ]
    case = Case(sandbox, tasks, {1: writes("a.txt", "x\n")}, files=("a.txt",))
    case.set_up()
    return case


def beside(sandbox: Sandbox, run: str) -> Sandbox:
    return Sandbox(sandbox.root.with_name(f"{sandbox.root.name}.forge") / run, sandbox.home)


def test_a_run_in_a_work_tree_of_its_own(sandbox: Sandbox) -> None:
    two_steps(sandbox)
    sandbox.write(".gitignore", "__pycache__/\n.env\n")
    sandbox.commit("Ignore")
    sandbox.write(".env", "KEY=1\n")
    sandbox.write("README.md", "changed by hand\n")
    sandbox.git("add", "README.md")
    sandbox.write("mine.txt", "untracked\n")
    head, before = sandbox.head(), sandbox.status()
    result = sandbox.call("execute", "01-01", "--approve", "--worktree")
    assert result.code == 4, result.err
    run = result.data["run"]
    tree = beside(sandbox, run)
    assert (
        "ignored files are not in the run's work tree: .env" in result.err
        and not (tree.root / ".env").exists()
    )
    assert (sandbox.head(), sandbox.status()) == (head, before) and not (
        sandbox.root / "a.txt"
    ).exists()
    assert (tree.root / "a.txt").exists() and tree.git(
        "branch", "--show-current"
    ).strip() == f"forge/{run}"
    (row,) = sandbox.call("runs").data["runs"]
    assert (row["status"], row["branch"], row["work_tree"]) == (
        "paused",
        f"forge/{run}",
        str(tree.root),
    )
    assert sandbox.call("status").data["plans"][0]["waiting_for"]["kind"] == "human_verify"
    assert sandbox.call("approve", run).code == 0, "from the main tree"
    result = tree.call("resume")
    assert result.data["status"] == "completed" and tree.status() == []
    assert result.data["next"][:3] == [
        f"git diff {head[:12]}...forge/{run}",
        f"git merge forge/{run}",
        f"git worktree remove {tree.root}",
    ]
    assert sandbox.call("runs").data["runs"][0]["status"] == "completed", (
        "not merged yet, and shown"
    )
    assert sandbox.call("status").data["plans"][0]["verdict"] is None, (
        "its work is not in this tree"
    )
    assert sandbox.call("timeline", run).data["valid"] is True
    assert "a.txt" in sandbox.git("diff", "--name-only", f"{head}...forge/{run}")
    assert sandbox.call("rollback").json["error"]["message"] == "there are no runs yet", (
        "none of this work tree"
    )
    refused = sandbox.call("rollback", run).json["error"]
    assert refused["kind"] == "usage" and refused["next"] == [
        f"cd {tree.root} && forge rollback {run}"
    ]
    sandbox.git("restore", "--staged", "--worktree", "README.md")
    for command in result.data["next"][1:4]:
        subprocess.run(
            ["bash", "-c", command],
            cwd=sandbox.root,
            env=sandbox.environment(),
            check=True,
            capture_output=True,
        )
    (row,) = sandbox.call("runs").data["runs"]
    assert (
        row["status"] == "completed"
        and row["work_tree"] is None
        and (sandbox.root / "a.txt").exists()
    )


def test_it_is_resumed_and_stopped_from_the_main_tree(sandbox: Sandbox) -> None:
    two_steps(sandbox)
    run = sandbox.call("execute", "01-01", "--approve", "--worktree").data["run"]
    tree = beside(sandbox, run)
    result = sandbox.call("resume")
    assert result.code == 4 and result.data["run"] == run, "the one open run of the repository"
    assert f"the run {run} of 01-01 is paused" in sandbox.call("next").data["why"]
    other = sandbox.call("execute", "01-01", "--approve").data["run"]
    assert other != run, "the main tree is free for a run of its own"
    assert sandbox.call("resume").data["run"] == other
    assert sandbox.call("rollback").data["run"] == other, "as the other controls take it"
    sandbox.call("stop", other)
    shown = sandbox.call("status").data["plans"][0]
    assert (shown["word"], shown["run"]) == ("paused", run), (
        "the one that is open, though another began later"
    )
    back = sandbox.call("rollback", run)
    assert (
        back.code == 0 and "forge undo" in back.data["next"] and not (tree.root / "a.txt").exists()
    )
    assert sandbox.call("undo").code == 0 and (tree.root / "a.txt").exists(), (
        "what it names works from here too"
    )
    sandbox.call("approve", run)
    result = sandbox.call("resume", run)
    assert result.data["status"] == "completed" and tree.status() == [] == sandbox.status()


def test_what_refuses_it(sandbox: Sandbox) -> None:
    case = two_steps(sandbox)
    head = sandbox.head()
    assert sandbox.call("execute", "1", "--approve", "--worktree").code == 2, "a phase"
    assert sandbox.call("execute", "01-01", "--worktree").code == 4, "nobody approved it"
    sandbox.write(case.path, (sandbox.root / case.path).read_text() + "\nmore\n")
    result = sandbox.call("execute", "01-01", "--approve", "--worktree")
    assert result.code == 2 and case.path in result.json["error"]["message"]
    sandbox.git("restore", case.path)
    sandbox.root.with_name("work.forge").write_text("in the way\n")
    assert sandbox.call("execute", "01-01", "--approve", "--worktree").code == 1
    assert (
        sandbox.head() == head
        and sandbox.git("branch", "--list", "forge/*") == ""
        and sandbox.call("runs").data["runs"] == []
    )


def test_a_work_tree_that_was_moved_is_found(sandbox: Sandbox, tmp_path: Path) -> None:
    two_steps(sandbox)
    run = sandbox.call("execute", "01-01", "--approve", "--worktree").data["run"]
    tree = beside(sandbox, run)
    sandbox.git("worktree", "move", str(tree.root), str(tmp_path / "moved"))
    assert sandbox.call("runs").data["runs"][0]["status"] == "paused"
    assert sandbox.call("resume", run).code == 4, "it is found after it was moved"
    sandbox.git("worktree", "remove", "--force", str(tmp_path / "moved"))
    assert sandbox.call("status").data["next"][0] == f"forge approve {run}"
    assert (
        sandbox.call("resume", run).code == 4 and (beside(sandbox, run).root / "a.txt").exists()
    ), "made again"


def leftovers(sandbox: Sandbox) -> tuple[list[str], list[str]]:
    """Return the branches of runs, and the work trees beside the main one."""
    branches = sandbox.git(
        "for-each-ref", "--format=%(refname:lstrip=3)", "refs/heads/forge/"
    ).split()
    beside = sandbox.root.with_name(f"{sandbox.root.name}.forge")
    return branches, sorted(place.name for place in beside.iterdir()) if beside.is_dir() else []


def killed_while_it_is_made(template: Sandbox, moment: int) -> bool:
    """Kill `execute --worktree` at an effect, and repeat it; return False if the killed one had
    begun its run.
    """
    sandbox = replace(template, root=template.root.with_name(f"kill-{moment}"))
    shutil.copytree(template.root, sandbox.root)
    words = ("execute", "01-01", "--approve", "--worktree")
    process = sandbox.start(*words, env={"PYTHONPATH": FAULTS, "FORGE_TEST_KILL_AT": str(moment)})
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    if any((sandbox.root / ".git/forge/runs").glob("*")):
        return False
    result = sandbox.call(*words)
    run = result.data["run"]
    assert result.code == 4 and leftovers(sandbox) == ([run], [run]), moment
    assert (
        len(sandbox.git("worktree", "list").splitlines()) == 2
        and sandbox.git("fsck", "--no-dangling", "--strict") == ""
    )
    return True


def test_one_that_was_made_for_nothing_is_taken_away(sandbox: Sandbox) -> None:
    two_steps(sandbox)
    moment = 1
    while killed_while_it_is_made(sandbox, moment):
        moment += 1
    assert moment > 5


@pytest.mark.parametrize("mine", ["a file", "an ignored file", "a commit", "a lock of git"])
def test_a_work_tree_with_files_of_the_user_stays_and_is_named(sandbox: Sandbox, mine: str) -> None:
    two_steps(sandbox)
    run = "20260102T030405Z-01-01-abcd"
    place = beside(sandbox, run)
    sandbox.git("worktree", "add", "-q", "-b", f"forge/{run}", str(place.root))
    if mine == "a lock of git":
        sandbox.git("worktree", "lock", "--reason", "initializing", str(place.root))
    else:
        place.write("__pycache__/mine" if mine == "an ignored file" else "mine.txt", "mine\n")
    if mine == "a commit":
        place.commit("Mine")
    assert f"git branch -D forge/{run}" in sandbox.forge("doctor").out
    assert sandbox.call("execute", "01-01", "--approve").code == 4
    assert leftovers(sandbox) == ([f"{run}"], [run])


@pytest.mark.parametrize("pruned", [False, True])
def test_a_removed_work_tree_is_recreated_when_its_run_goes_on(
    sandbox: Sandbox, pruned: bool
) -> None:
    two_steps(sandbox)
    run = sandbox.call("execute", "01-01", "--approve", "--worktree").data["run"]
    tree = beside(sandbox, run)
    shutil.rmtree(tree.root)
    if pruned:
        sandbox.git("worktree", "prune")
    assert sandbox.call("approve").code == 0 and (tree.root / "a.txt").exists()
    shutil.rmtree(tree.root)
    result = sandbox.call("resume")
    assert result.data["status"] == "completed" and tree.status() == []
    assert sandbox.call("replay", run).data["valid"]


def test_a_removed_work_tree_without_its_branch_explains_how_to_go_on(sandbox: Sandbox) -> None:
    two_steps(sandbox)
    run = sandbox.call("execute", "01-01", "--approve", "--worktree").data["run"]
    tip = sandbox.git("rev-parse", f"forge/{run}").strip()
    sandbox.git("worktree", "remove", "--force", str(beside(sandbox, run).root))
    sandbox.git("branch", "-D", f"forge/{run}")
    result = sandbox.call("stop", run)
    assert result.code == 2 and f"git branch forge/{run}" in result.json["error"]["hint"]
    sandbox.git("switch", "-qc", f"forge/{run}", tip)
    assert "checked out elsewhere" in sandbox.call("stop", run).json["error"]["message"]
    sandbox.git("switch", "-q", "main")
    assert sandbox.call("stop", run).data["status"] == "stopped"


def _with_submodule(sandbox: Sandbox, tmp_path: Path) -> None:
    library = tmp_path / "library"
    subprocess.run(["git", "init", "-q", "-b", "main", str(library)], check=True)
    other = Sandbox(library, sandbox.home)
    other.write("lib.txt", "x\n")
    other.commit("Library")
    sandbox.git(
        "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(library), "lib"
    )
    sandbox.commit("Add the library")


def test_what_the_work_tree_lacks_is_said(sandbox: Sandbox, tmp_path: Path) -> None:
    two_steps(sandbox)
    _with_submodule(sandbox, tmp_path)
    sandbox.write(".husky/_/.gitignore", "*\n")
    sandbox.write(".husky/_/pre-commit", "#!/bin/sh\nexit 1\n")
    (sandbox.root / ".husky/_/pre-commit").chmod(0o755)
    sandbox.git("config", "core.hooksPath", ".husky/_")
    result = sandbox.call("execute", "01-01", "--approve", "--worktree")
    assert result.code == 4, result.err
    assert "the hooks in .husky/_ (core.hooksPath) are not in the run's work tree" in result.err
    assert "submodules are empty in the run's work tree: lib" in result.err


def test_the_commands_for_review_work_as_typed(sandbox: Sandbox, tmp_path: Path) -> None:
    two_steps(sandbox)
    _with_submodule(sandbox, tmp_path)
    run = sandbox.call("execute", "01-01", "--approve", "--worktree").data["run"]
    assert sandbox.call("approve", run).code in (0, 4)
    commands = sandbox.call("resume", run).data["next"]
    assert any(command.startswith("git worktree remove") for command in commands)
    for command in commands:
        if command.startswith("git "):
            words = ["bash", "-c", f"{command} </dev/null"]
            done = subprocess.run(
                words, cwd=sandbox.root, env=sandbox.environment(), capture_output=True, check=False
            )
            assert done.returncode == 0, (command, done.stderr)
    assert not beside(sandbox, run).root.exists() and (sandbox.root / "a.txt").exists()


def test_a_branch_named_forge_is_not_in_the_way(sandbox: Sandbox) -> None:
    two_steps(sandbox)
    sandbox.git("branch", "forge")
    result = sandbox.call("execute", "01-01", "--approve", "--worktree")
    assert result.code == 4, result.err
    run = result.data["run"]
    assert f"forge-{run}" in sandbox.git("branch", "--list")
    shutil.rmtree(beside(sandbox, run).root)
    assert sandbox.call("approve", run).code in (0, 4)
    assert sandbox.call("resume", run).data["status"] == "completed"
