"""Work trees and branches of runs that never began."""

from __future__ import annotations

from forge.git.repository import Repository
from forge.records.store import live_folder
from forge.run.processes.unstarted_worktrees import clear, creation_lock, unstarted_runs
from forge.timeline.lock import WriterLock
from tests.conftest import Sandbox

RUN = "20260102T030405Z-01-01-k3f9"


def left(sandbox: Sandbox) -> Repository:
    """Leave the branch of a run, as a forge process that was killed does."""
    sandbox.git("branch", f"forge/{RUN}")
    return Repository.discover(sandbox.root)


def test_a_branch_without_a_run_is_removed(sandbox: Sandbox) -> None:
    repository = left(sandbox)
    assert list(unstarted_runs(repository)) == [RUN]
    clear(repository)
    assert unstarted_runs(repository) == {}
    assert sandbox.git("branch", "--list", "forge/*") == ""


def test_branches_of_other_names_stay(sandbox: Sandbox) -> None:
    sandbox.git("branch", "forge/my-idea")
    repository = Repository.discover(sandbox.root)
    clear(repository)
    assert "forge/my-idea" in sandbox.git("branch", "--list", "forge/*")


def test_a_run_that_began_is_kept(sandbox: Sandbox) -> None:
    repository = left(sandbox)
    live_folder(repository, RUN).mkdir(parents=True)
    assert unstarted_runs(repository) == {}


def test_a_run_that_is_being_created_is_kept(sandbox: Sandbox) -> None:
    repository = left(sandbox)
    lock = creation_lock(repository, RUN)
    with WriterLock(lock, "execution", "a test"):
        assert unstarted_runs(repository) == {}
    assert list(unstarted_runs(repository)) == [RUN]


def test_a_branch_with_a_commit_of_the_run_is_kept(sandbox: Sandbox) -> None:
    repository = left(sandbox)
    sandbox.git("switch", "-q", f"forge/{RUN}")
    sandbox.git("commit", "-q", "--allow-empty", "-m", f"Step\n\nForge-Run: {RUN}")
    sandbox.git("switch", "-q", "main")
    assert unstarted_runs(repository) == {}


def test_a_branch_with_the_record_of_the_run_is_kept(sandbox: Sandbox) -> None:
    sandbox.write(f".planning/runs/{RUN}/run.yaml", "run: x\n")
    sandbox.commit()
    assert unstarted_runs(left(sandbox)) == {}


def test_a_work_tree_with_changes_is_kept(sandbox: Sandbox) -> None:
    tree = sandbox.root.with_name("tree")
    sandbox.git("worktree", "add", "-q", "-b", f"forge/{RUN}", str(tree))
    (tree / "new.txt").write_text("work of the user")
    repository = Repository.discover(sandbox.root)
    clear(repository)
    assert (tree / "new.txt").exists()
