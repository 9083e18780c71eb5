"""A branch moves as git would move it: with the same ref and reflogs, and only from the expected
commit.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from forge.git.commits import refs
from forge.git.repository import Repository
from tests.conftest import Sandbox

WHO = "Ada <ada@example.org> 1767323045 +0000"


def next_commit(sandbox: Sandbox) -> str:
    return sandbox.git("commit-tree", "-p", "HEAD", "-m", "Next", "HEAD^{tree}").strip()


def logs(sandbox: Sandbox) -> dict[str, bytes]:
    folder = sandbox.root / ".git/logs"
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("kept", [None, "true", "false", "always"])
@pytest.mark.parametrize("branch", ["main", "feature/one"])
def test_ref_and_reflogs_are_as_git_writes_them(
    make_sandbox: Callable[[str], Sandbox], branch: str, kept: str | None
) -> None:
    left = []
    for name in ("ours", "theirs"):
        sandbox = make_sandbox(name)
        sandbox.commit("Begin")
        sandbox.git("branch", "feature/one")
        sandbox.git("pack-refs", "--all")
        if kept is not None:
            sandbox.git("config", "core.logAllRefUpdates", kept)
            (sandbox.root / ".git/logs/refs/heads/main").unlink()
        old, new = sandbox.head(), next_commit(sandbox)
        if name == "ours":
            repository = Repository.discover(sandbox.root)
            with refs.prepared(repository, new) as ref:
                assert refs.move(
                    repository, f"refs/heads/{branch}", (old, new), WHO, "commit: one\n two", ref
                )
            assert repository.commit_of(f"refs/heads/{branch}") == new
        else:
            sandbox.git("update-ref", "-m", "commit: one\n two", f"refs/heads/{branch}", new, old)
        left.append((sandbox.git("for-each-ref"), logs(sandbox), sandbox.git("reflog", "HEAD")))
        assert not list((sandbox.root / ".git").rglob("*.lock"))
        assert not list((sandbox.root / ".git").rglob("ref-*"))
    assert left[0] == left[1]


def test_a_symbolic_link_as_head_is_on_its_branch(sandbox: Sandbox) -> None:
    (sandbox.root / ".git/HEAD").unlink()
    (sandbox.root / ".git/HEAD").symlink_to("refs/heads/main")
    assert sandbox.git("symbolic-ref", "HEAD") == "refs/heads/main\n"
    repository, old, new = Repository.discover(sandbox.root), sandbox.head(), next_commit(sandbox)
    assert repository.head() == (old, "refs/heads/main")
    with refs.prepared(repository, new) as ref:
        assert refs.move(repository, "refs/heads/main", (old, new), WHO, "commit: x", ref)
    assert (
        repository.head() == (new, "refs/heads/main") and (sandbox.root / ".git/HEAD").is_symlink()
    )
    assert sandbox.git("reflog", "-1", "--format=%gs", "HEAD") == "commit: x\n"


def test_empty_folders_in_place_of_a_log_are_removed(sandbox: Sandbox) -> None:
    repository, old, new = Repository.discover(sandbox.root), sandbox.head(), next_commit(sandbox)
    log = sandbox.root / ".git/logs/refs/heads/main"
    log.unlink()
    (log / "gone").mkdir(parents=True)
    with refs.prepared(repository, new) as ref:
        assert refs.move(repository, "refs/heads/main", (old, new), WHO, "commit: x", ref)
    assert sandbox.head() == new and log.read_text().endswith("commit: x\n")


def test_a_branch_at_another_commit_is_not_moved(sandbox: Sandbox) -> None:
    repository, old, new = Repository.discover(sandbox.root), sandbox.head(), next_commit(sandbox)
    sandbox.git("symbolic-ref", "refs/heads/other", "refs/heads/main")
    before = logs(sandbox)
    for branch, expected in (("main", new), ("missing", old), ("other", old)):
        with refs.prepared(repository, new) as ref:
            assert not refs.move(
                repository, f"refs/heads/{branch}", (expected, new), WHO, "commit: x", ref
            )
    assert sandbox.head() == old and logs(sandbox) == before
    assert not list((sandbox.root / ".git").rglob("*.lock"))


def test_the_lock_of_a_dead_forge_process_is_known_by_its_inode(sandbox: Sandbox) -> None:
    repository = Repository.discover(sandbox.root)
    lock, mine, dead = sandbox.root / ".git/refs/heads/main.lock", os.getpid(), 2**22 + 1
    for pid, same, removed in ((dead, True, True), (dead, False, False), (mine, True, False)):
        prepared = repository.scratch / f"ref-{pid}-0123"
        prepared.write_text(sandbox.head() + "\n")
        os.link(prepared, lock) if same else lock.write_text(sandbox.head() + "\n")
        assert refs.remove_stale_lock(repository, {mine}) is removed
        assert (lock.exists(), prepared.exists()) == (not removed, pid == mine)
        lock.unlink(missing_ok=True)
