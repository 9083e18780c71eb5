"""The work tree of a run: whose changes are whose, and the judged diff."""

from __future__ import annotations

from forge.run.engine.open_run import OpenRun
from tests.conftest import Sandbox


def test_the_record_and_files_that_were_dirty_are_the_runs_own(run: OpenRun) -> None:
    run.state.dirty = ["mine.txt"]
    assert run.tree.is_own_path("mine.txt")
    assert run.tree.is_own_path(f"{run.card.folder}/timeline.jsonl")
    assert not run.tree.is_own_path(f"{run.card.folder}-other/timeline.jsonl")
    assert not run.tree.is_own_path("a.txt")


def test_changed_paths_leave_out_the_runs_own(run: OpenRun, sandbox: Sandbox) -> None:
    assert run.tree.changed_paths() == []
    sandbox.write("a.txt", "a")
    sandbox.write("mine.txt", "mine")
    sandbox.write(f"{run.card.folder}/note.txt", "own")
    run.state.dirty = ["mine.txt"]
    assert run.tree.changed_paths() == ["a.txt"]


def test_the_judged_diff_is_found_by_its_hash_until_it_is_released(
    run: OpenRun, sandbox: Sandbox
) -> None:
    sandbox.write("a.txt", "a")
    staging = run.tree.stage_to_judge(run.branch.head())
    assert staging.changes.paths == ["a.txt"]
    assert run.tree.judged_as(staging.changes.sha256) is staging
    assert run.tree.judged_as("0" * 64) is None
    run.tree.release()
    assert run.tree.judged is None and run.tree.judged_as(staging.changes.sha256) is None


def test_judging_again_replaces_the_earlier_diff(run: OpenRun, sandbox: Sandbox) -> None:
    sandbox.write("a.txt", "a")
    first = run.tree.stage_to_judge(run.branch.head()).changes.sha256
    sandbox.write("a.txt", "b")
    second = run.tree.stage_to_judge(run.branch.head()).changes.sha256
    assert run.tree.judged_as(first) is None and run.tree.judged_as(second) is not None


def test_the_index_of_the_user_is_not_touched(run: OpenRun, sandbox: Sandbox) -> None:
    sandbox.write("a.txt", "a")
    before = sandbox.status()
    run.tree.stage_to_judge(run.branch.head())
    assert sandbox.status() == before == ["?? a.txt"]
