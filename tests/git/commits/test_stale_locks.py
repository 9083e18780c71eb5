from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from forge.errors import Held
from forge.git.commits import stale_locks
from forge.git.commits.stale_locks import blocking_locks, remove_stale_ref_locks, require_unlocked
from forge.git.repository import Repository
from tests.conftest import Sandbox


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stale_locks, "_PATIENCE", 0.05)
    monkeypatch.setattr(stale_locks, "_TICK", 0.01)


def lock(sandbox: Sandbox, name: str, text: str = "") -> Path:
    return sandbox.write(f".git/{name}.lock", text)


def next_commit(sandbox: Sandbox, run: str = "r1") -> str:
    message = f"Step\n\nForge-Run: {run}\n"
    return sandbox.git("commit-tree", "-p", "HEAD", "-m", message, "HEAD^{tree}").strip()


@pytest.mark.parametrize("name", ["index", "HEAD", "packed-refs", "refs/heads/main"])
def test_locks_that_prevent_a_commit(sandbox: Sandbox, repository: Repository, name: str) -> None:
    assert blocking_locks(repository) == []
    path = lock(sandbox, name)
    assert blocking_locks(repository) == [path]


def test_locks_of_other_branches_do_not_matter(sandbox: Sandbox, repository: Repository) -> None:
    lock(sandbox, "refs/heads/other")
    assert blocking_locks(repository) == []
    sandbox.git("checkout", "-q", "--detach")
    lock(sandbox, "refs/heads/main")
    assert blocking_locks(repository) == []


def test_a_lock_is_waited_for(sandbox: Sandbox, repository: Repository) -> None:
    require_unlocked(repository)
    path = lock(sandbox, "index")
    timer = threading.Timer(0.03, path.unlink)
    timer.start()
    require_unlocked(repository, patience=5)
    timer.join()
    lock(sandbox, "index")
    with pytest.raises(Held, match=r"index\.lock is held by another git process"):
        require_unlocked(repository, patience=0.02)


def test_the_lock_of_a_branch_that_moves_to_the_run(
    sandbox: Sandbox, repository: Repository
) -> None:
    path = lock(sandbox, "refs/heads/main", next_commit(sandbox))
    assert remove_stale_ref_locks(repository, ["other"], None) == []
    assert remove_stale_ref_locks(repository, ["other", "r1"], None) == [path]
    assert not path.exists()


def test_the_lock_of_head_goes_with_it(sandbox: Sandbox, repository: Repository) -> None:
    head = lock(sandbox, "HEAD")
    path = lock(sandbox, "refs/heads/main", next_commit(sandbox))
    assert remove_stale_ref_locks(repository, ["r1"], None) == [head, path]
    assert not head.exists()


@pytest.mark.parametrize("difference", ["not empty", "taken earlier"])
def test_a_lock_of_head_that_was_not_taken_with_it_stays(
    sandbox: Sandbox, repository: Repository, difference: str
) -> None:
    head = lock(sandbox, "HEAD", "x" if difference == "not empty" else "")
    if difference == "taken earlier":
        os.utime(head, (1, 1))
    path = lock(sandbox, "refs/heads/main", next_commit(sandbox))
    assert remove_stale_ref_locks(repository, ["r1"], None) == [path]
    assert head.exists()


def test_the_lock_of_head_after_the_branch_moved(sandbox: Sandbox, repository: Repository) -> None:
    sandbox.git("update-ref", "refs/heads/main", next_commit(sandbox))
    head = lock(sandbox, "HEAD")
    assert remove_stale_ref_locks(repository, ["other"], None) == []
    assert remove_stale_ref_locks(repository, ["r1"], None) == [head]


@pytest.mark.parametrize("text", ["", "nonsense", "1" * 40])
def test_a_lock_that_names_no_commit_of_the_run_stays(
    sandbox: Sandbox, repository: Repository, text: str
) -> None:
    path = lock(sandbox, "refs/heads/main", text)
    assert remove_stale_ref_locks(repository, ["r1"], None) == []
    assert path.exists()


def test_a_lock_for_a_commit_on_another_parent_stays(
    sandbox: Sandbox, repository: Repository
) -> None:
    commit = next_commit(sandbox)
    sandbox.commit()
    path = lock(sandbox, "refs/heads/main", commit)
    assert remove_stale_ref_locks(repository, ["r1"], None) == []
    assert path.exists()


def test_an_empty_lock_of_a_dead_process(sandbox: Sandbox, repository: Repository) -> None:
    since = time.time()
    paths = [lock(sandbox, "HEAD"), lock(sandbox, "refs/heads/main")]
    assert remove_stale_ref_locks(repository, ["r1"], since + 60) == []
    assert remove_stale_ref_locks(repository, ["r1"], since) == paths


def test_an_empty_lock_that_a_living_process_writes_stays(
    sandbox: Sandbox, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    since = time.time()
    path = lock(sandbox, "refs/heads/main")
    monkeypatch.setattr(time, "sleep", lambda seconds: path.write_text("x"))
    assert remove_stale_ref_locks(repository, ["r1"], since) == []
    assert path.exists()


def test_locks_of_snapshots_are_named_after_runs(sandbox: Sandbox, repository: Repository) -> None:
    mine = lock(sandbox, "refs/forge/safety/r1/1")
    other = lock(sandbox, "refs/forge/safety/r2/1")
    assert remove_stale_ref_locks(repository, ["r1"], None) == [mine]
    assert other.exists()
