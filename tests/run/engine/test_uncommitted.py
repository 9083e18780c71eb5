"""Files that were uncommitted when a run started: captured, watched, never committed."""

from __future__ import annotations

import pytest

from forge.run.engine.open_run import OpenRun
from forge.run.engine.uncommitted import capture_again, captured, pause_if_changed
from tests.conftest import Sandbox


@pytest.fixture
def watched(run: OpenRun, sandbox: Sandbox) -> OpenRun:
    """A run that started with mine.txt uncommitted."""
    sandbox.write("mine.txt", "first\n")
    run.log.append(captured(run.repository, run.card.run, ["mine.txt"]))
    run.state.status = "running"
    return run


def captures(sandbox: Sandbox, run: OpenRun) -> int:
    refs = sandbox.git("for-each-ref", f"refs/forge/checkpoints/{run.card.run}/")
    return len(refs.splitlines())


def test_the_capture_has_the_files_as_they_were(watched: OpenRun, sandbox: Sandbox) -> None:
    assert watched.state.dirty == ["mine.txt"]
    assert sandbox.git("show", f"{watched.state.dirty_commit}:mine.txt") == "first\n"
    assert captures(sandbox, watched) == 1


def test_unchanged_files_are_not_captured_again(watched: OpenRun, sandbox: Sandbox) -> None:
    capture_again(watched)
    assert captures(sandbox, watched) == 1


def test_files_that_the_user_changed_meanwhile_are_captured_again(
    watched: OpenRun, sandbox: Sandbox
) -> None:
    sandbox.write("mine.txt", "second\n")
    capture_again(watched)
    assert sandbox.git("show", f"{watched.state.dirty_commit}:mine.txt") == "second\n"
    assert captures(sandbox, watched) == 2


def test_files_that_the_user_committed_are_watched_no_more(
    watched: OpenRun, sandbox: Sandbox
) -> None:
    sandbox.commit("Mine")
    capture_again(watched)
    assert watched.state.dirty == []


def test_a_run_on_a_clean_tree_captures_nothing(run: OpenRun, sandbox: Sandbox) -> None:
    capture_again(run)
    pause_if_changed(run)
    assert captures(sandbox, run) == 0 and run.state.last_type == "approval_resolved"


def test_an_untouched_file_does_not_pause_the_run(watched: OpenRun) -> None:
    pause_if_changed(watched)
    assert watched.state.status == "running"


@pytest.mark.parametrize("how", ["changed", "removed", "committed"])
def test_a_step_that_touches_one_pauses_the_run(
    watched: OpenRun, sandbox: Sandbox, how: str
) -> None:
    if how == "changed":
        sandbox.write("mine.txt", "by the step\n")
    elif how == "removed":
        (sandbox.root / "mine.txt").unlink()
    else:
        sandbox.commit("By the step")
    pause_if_changed(watched)
    assert (watched.state.status, watched.state.pause) == ("paused", "dirty_path")
    assert "  mine.txt\n" in watched.state.pause_text
    assert f"git show {watched.state.dirty_commit[:12]}:PATH" in watched.state.pause_text
