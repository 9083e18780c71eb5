from __future__ import annotations

import os
from pathlib import Path

import pytest

from forge.errors import Held
from forge.git import lockfile
from forge.git.index.private_index import index_stamp, private_index, remove_stale_index_lock
from forge.git.repository import Repository
from tests.conftest import Sandbox


def scratch(repository: Repository) -> list[Path]:
    return list(repository.scratch.iterdir())


def test_the_copy_is_private_and_temporary(sandbox: Sandbox, repository: Repository) -> None:
    index = repository.git_dir / "index"
    before = index.read_bytes()
    sandbox.write("new", "x\n")
    with private_index(repository) as copy:
        assert copy.path.read_bytes() == before
        assert copy.path.stat().st_mtime_ns == index.stat().st_mtime_ns
        copy.git("add", "new")
        assert copy.git("diff", "--cached", "--name-only") == b"new\n"
        assert index.read_bytes() == before
    assert scratch(repository) == []
    assert sandbox.status() == ["?? new"]


def test_paths_are_literal_on_the_copy(sandbox: Sandbox, repository: Repository) -> None:
    sandbox.write("*", "x\n")
    sandbox.write("other", "x\n")
    with private_index(repository) as copy:
        copy.git("add", "*")
        assert copy.git("diff", "--cached", "--name-only", "-z") == b"*\0"


def test_publishing_replaces_the_index(sandbox: Sandbox, repository: Repository) -> None:
    sandbox.write("new", "x\n")
    stamp = index_stamp(repository)
    with private_index(repository) as copy:
        copy.git("add", "new")
        assert copy.publish()
    assert index_stamp(repository) != stamp
    assert sandbox.status() == ["A  new"]
    assert not (repository.git_dir / "index.lock").exists()


def test_an_index_that_changed_meanwhile_is_kept(sandbox: Sandbox, repository: Repository) -> None:
    sandbox.write("mine", "x\n")
    sandbox.write("theirs", "x\n")
    with private_index(repository) as copy:
        copy.git("add", "mine")
        sandbox.git("add", "theirs")
        assert not copy.publish()
    assert sandbox.status() == ["A  theirs", "?? mine"]
    assert not (repository.git_dir / "index.lock").exists()


def test_publishing_needs_the_lock(
    sandbox: Sandbox, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lockfile, "_PATIENCE", 0.01)
    lock = sandbox.write(".git/index.lock", "")
    with private_index(repository) as copy, pytest.raises(Held):
        copy.publish()
    assert lock.exists()


def test_restoring_replaces_an_index_that_changed(sandbox: Sandbox, repository: Repository) -> None:
    sandbox.write("new", "x\n")
    with private_index(repository) as copy:
        sandbox.git("add", "new")
        copy.restore()
    assert sandbox.status() == ["?? new"]


def test_a_missing_index(sandbox: Sandbox, repository: Repository) -> None:
    (repository.git_dir / "index").unlink()
    assert index_stamp(repository) is None
    with private_index(repository) as copy:
        assert copy.stamp is None
        copy.restore()
        assert not (repository.git_dir / "index").exists()
        copy.git("read-tree", "HEAD")
        assert copy.publish()
    assert sandbox.status() == []


def test_the_lock_of_a_dead_process_is_removed(sandbox: Sandbox, repository: Repository) -> None:
    copy = repository.scratch / "index-999999-abcd"
    copy.write_bytes(b"x")
    lock = repository.git_dir / "index.lock"
    os.link(copy, lock)
    assert remove_stale_index_lock(repository, {os.getpid()})
    assert not lock.exists()
    assert scratch(repository) == []
    lock.write_bytes(b"of another git")
    assert not remove_stale_index_lock(repository, set())
    assert lock.exists()
