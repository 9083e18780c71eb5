"""The branch of a run: where HEAD must be, and whose commits are on it."""

from __future__ import annotations

import pytest

from forge.git.commits.record_commit import HeadMoved
from forge.run.engine.open_run import OpenRun
from tests.conftest import Sandbox


def test_the_head_of_the_branch(run: OpenRun, sandbox: Sandbox) -> None:
    assert run.branch.ref == "refs/heads/main"
    assert run.branch.head() == sandbox.head() == run.branch.newest_commit


def test_another_branch_is_refused_with_the_way_back(run: OpenRun, sandbox: Sandbox) -> None:
    sandbox.git("switch", "-q", "-c", "other")
    with pytest.raises(HeadMoved) as error:
        run.branch.head()
    assert "HEAD is on other, the run is on main" in error.value.message
    assert "git switch main" in error.value.hint


def test_a_detached_head_is_refused(run: OpenRun, sandbox: Sandbox) -> None:
    sandbox.git("checkout", "-q", "--detach")
    with pytest.raises(HeadMoved, match="HEAD is detached"):
        run.branch.head()


def test_a_renamed_branch_is_followed(run: OpenRun, sandbox: Sandbox) -> None:
    sandbox.git("branch", "-m", "renamed")
    assert run.branch.ref == "refs/heads/renamed"
    assert run.branch.head() == sandbox.head()


def test_a_branch_of_other_commits_is_not_taken_for_the_renamed_one(
    run: OpenRun, sandbox: Sandbox
) -> None:
    sandbox.git("switch", "-q", "--orphan", "unrelated")
    sandbox.git("commit", "-q", "--allow-empty", "-m", "Unrelated")
    sandbox.git("branch", "-q", "-D", "main")
    with pytest.raises(HeadMoved) as error:
        run.branch.head()
    assert f"git branch main {run.card.base_commit}" in error.value.hint


def test_commits_of_others_are_foreign_oldest_first(run: OpenRun, sandbox: Sandbox) -> None:
    assert run.branch.foreign_commits() == []
    sandbox.write("one.txt", "1")
    one = sandbox.commit("One")
    sandbox.write("two.txt", "2")
    two = sandbox.commit("Two")
    assert run.branch.foreign_commits() == [one, two]
    assert run.branch.foreign_commits(one) == [two]


def test_what_is_below_a_commit_of_the_run_is_not_foreign(run: OpenRun, sandbox: Sandbox) -> None:
    sandbox.write("one.txt", "1")
    one = sandbox.commit("One")
    own = run.record.commit("forge(01-01): record")
    assert run.branch.foreign_commits() == []
    assert run.branch.foreign_commits(run.card.base_commit) == [one]
    sandbox.write("two.txt", "2")
    two = sandbox.commit("Two")
    assert run.branch.foreign_commits() == [two]
    assert run.branch.foreign_commits(own) == [two]


def test_what_was_merged_in_ends_the_search(run: OpenRun, sandbox: Sandbox) -> None:
    sandbox.git("switch", "-q", "-c", "side")
    sandbox.write("side.txt", "s")
    side = sandbox.commit("Side")
    sandbox.git("switch", "-q", "main")
    sandbox.write("main.txt", "m")
    ours = sandbox.commit("Main")
    sandbox.git("merge", "-q", "--no-ff", "-m", "Merge", "side")
    merge = sandbox.head()
    assert run.branch.foreign_commits(side) == [ours, merge]


def test_a_commit_is_found_by_its_trailers(run: OpenRun, sandbox: Sandbox) -> None:
    commit = run.record.commit("forge(01-01): record", {"Forge-Checkpoint": "cp-1"})
    run.record.commit("forge(01-01): record", {"Forge-Final": "stopped"})
    assert run.branch.commit_with(Checkpoint="cp-1") == commit
    assert run.branch.commit_with(Final="stopped") == sandbox.head()
    assert run.branch.commit_with(Final="completed") is None
    assert run.branch.commit_with(Checkpoint="cp-1", Final="stopped") is None
