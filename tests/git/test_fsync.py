"""Objects are flushed together: many files with few waits for the disk."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from forge.errors import StorageFailed
from forge.git import fsync, modes, program
from forge.git.commits.step_commit import stage
from forge.git.lazy_pygit2 import pygit2
from forge.git.repository import Repository
from forge.git.restore.snapshot import snapshot
from forge.git.tree_entries import Entry, with_entries
from tests.conftest import Sandbox

MANY = 1500


@pytest.mark.skipif(sys.platform != "linux", reason="syncfs(2) exists on Linux only")
def test_many_files_are_flushed_together(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(MANY):
        sandbox.write(f"many/{number % 9}/{number}.txt", f"{number}\n")
    monkeypatch.setenv("HOME", str(sandbox.home))
    waits, calls, flush, attempt = list[int](), list[tuple[str, ...]](), os.fsync, program.attempt

    def recorded(folder: Path, *words: str, **more: Any) -> subprocess.CompletedProcess[bytes]:
        calls.append(words)
        return attempt(folder, *words, **more)

    monkeypatch.setattr(
        os, "fsync", lambda descriptor: (waits.append(descriptor), flush(descriptor))[1]
    )
    monkeypatch.setattr(program, "attempt", recorded)
    repository, base = Repository.discover(sandbox.root), sandbox.head()

    kept = snapshot(repository, "r", "before")
    with stage(repository, base, lambda path: False) as staging:
        commit = staging.commit("Many\n").commit

    assert len(waits) < 50
    unflushed = [
        words
        for words in calls
        if {"add", "update-index"} & set(words) and "core.fsync=pack,pack-metadata" in words
    ]
    assert len(unflushed) == 2
    assert sandbox.git("rev-parse", f"{commit}^{{tree}}") == sandbox.git(
        "rev-parse", f"{kept}^{{tree}}"
    )
    assert sandbox.git("ls-tree", "-r", "--name-only", "HEAD", "many").count("\n") == MANY
    assert sandbox.status() == []


@pytest.fixture
def flushed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of the files that are flushed."""
    paths: list[str] = []
    flush = os.fsync

    def recorded(descriptor: int) -> None:
        paths.append(os.readlink(f"/proc/self/fd/{descriptor}"))
        flush(descriptor)

    monkeypatch.setattr(os, "fsync", recorded)
    return paths


def loose(sandbox: Sandbox, *names: str) -> set[str]:
    """Return the files of objects, given by the names of revisions or by their ids."""
    ids = [sandbox.git("rev-parse", name).strip() for name in names]
    return {str(sandbox.root / ".git/objects" / oid[:2] / oid[2:]) for oid in ids}


def test_a_commit_is_flushed_with_its_new_objects_and_its_ref(
    sandbox: Sandbox, repository: Repository, flushed: list[str]
) -> None:
    sandbox.write("kept/file", "x\n")
    sandbox.commit()
    objects = repository.objects
    blob = str(objects.create_blob(b"new\n"))
    entries: dict[str, Entry] = {"a/b/new": (modes.FILE, blob), "README.md": None}
    tree = with_entries(objects, objects[sandbox.head()].peel(pygit2.Tree), entries)
    commit = sandbox.git("commit-tree", "-p", "HEAD", "-m", "x", str(tree)).strip()
    ref = sandbox.write(".git/forge/tmp/ref", f"{commit}\n")
    flushed.clear()
    fsync.sync_commit(repository, commit, entries, ref)
    folders = (f"{commit}^{{tree}}", f"{commit}:a", f"{commit}:a/b")
    assert set(flushed) == {str(ref), *loose(sandbox, commit, blob, *folders)}
    assert len(flushed) == len(set(flushed))


def test_packed_objects_are_left_to_git(
    sandbox: Sandbox, repository: Repository, flushed: list[str]
) -> None:
    sandbox.git("gc", "-q")
    flushed.clear()
    fsync.sync_objects(repository, {sandbox.head()})
    assert flushed == []


def test_a_file_that_cannot_be_flushed_is_reported(
    sandbox: Sandbox, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(StorageFailed):
        fsync.sync_objects(repository, {sandbox.head()})


@pytest.mark.skipif(sys.platform != "linux", reason="syncfs(2) exists on Linux only")
def test_from_a_thousand_objects_on_the_file_system_is_flushed(
    sandbox: Sandbox, repository: Repository, flushed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not fsync.sync_together(999)
    assert fsync.sync_together(1000)
    fsync.sync_file_system(repository)
    ref = sandbox.write(".git/forge/tmp/ref", "x\n")
    monkeypatch.setattr(fsync, "_MANY", 1)
    flushed.clear()
    fsync.sync_objects(repository, {sandbox.head()}, ref)
    assert flushed == [str(ref)]


def test_pygit2_flushes_outside_of_the_block_only(monkeypatch: pytest.MonkeyPatch) -> None:
    states: list[bool] = []
    settings = SimpleNamespace(enable_fsync_gitdir=states.append)
    monkeypatch.setattr(fsync, "pygit2", SimpleNamespace(settings=settings))
    with fsync.without_fsync():
        assert states == [False]
    with pytest.raises(ValueError, match="inside"), fsync.without_fsync():
        raise ValueError("inside")
    assert states == [False, True, False, True]
