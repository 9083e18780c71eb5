from __future__ import annotations

import pytest

from forge.errors import GitFailed
from forge.git import lockfile, modes
from forge.git.commits.record_commit import (
    HeadMoved,
    commit_entries,
    commit_files,
    move_branch,
    tree_with,
    written_commit,
)
from forge.git.objects.commit import read_commit
from forge.git.repository import Repository
from forge.git.tree_entries import Entry
from tests.conftest import Sandbox

MAIN = "refs/heads/main"


def test_files_are_committed_on_the_branch(sandbox: Sandbox, repository: Repository) -> None:
    parent = sandbox.head()
    files = {"a/new.txt": b"new\n", "README.md": b"changed\n"}
    commit = commit_files(repository, files, "Record\n\nForge-Run: r\n", parent, MAIN)
    assert sandbox.head() == commit
    read = read_commit(repository, commit)
    assert (read.parents, read.subject, read.trailers) == ((parent,), "Record", {"Forge-Run": "r"})
    assert sandbox.git("show", "HEAD:a/new.txt") == "new\n"
    assert sandbox.git("show", "HEAD:.gitignore") == "__pycache__/\n"
    sandbox.git("fsck", "--strict")


def test_the_index_follows_and_keeps_what_was_staged(
    sandbox: Sandbox, repository: Repository
) -> None:
    sandbox.write("staged", "x\n")
    sandbox.git("add", "staged")
    commit_files(repository, {"record": b"r\n"}, "Record", sandbox.head(), MAIN)
    assert sorted(sandbox.status()) == [" D record", "A  staged"]  # the file is not written
    sandbox.write("record", "r\n")
    assert sandbox.status() == ["A  staged"]


def test_the_commit_is_the_one_that_git_would_make(
    sandbox: Sandbox, repository: Repository
) -> None:
    parent = sandbox.head()
    commit = commit_files(repository, {"new": b"x\n"}, "Record\n", parent, MAIN)
    sandbox.git("reset", "-q", "--hard", parent)
    sandbox.write("new", "x\n")
    sandbox.git("add", "-A")
    sandbox.git("commit", "-qm", "Record")
    assert sandbox.head() == commit


def test_an_entry_of_none_removes_a_path(sandbox: Sandbox, repository: Repository) -> None:
    blob = sandbox.git("rev-parse", "HEAD:README.md").strip()
    entries: dict[str, Entry] = {"README.md": None, "moved": (modes.EXECUTABLE, blob)}
    parent = sandbox.head()
    commit = commit_entries(repository, entries, "Move", parent, MAIN)
    assert tree_with(repository, parent, entries) == read_tree(sandbox, commit)
    assert sandbox.git("ls-files", "-s", "moved").startswith("100755")
    assert sandbox.git("ls-files", "README.md") == ""


def read_tree(sandbox: Sandbox, commit: str) -> str:
    return sandbox.git("rev-parse", f"{commit}^{{tree}}").strip()


def test_hooks_do_not_run(sandbox: Sandbox, repository: Repository) -> None:
    for name in ("pre-commit", "commit-msg", "reference-transaction"):
        sandbox.write(f".git/hooks/{name}", "#!/bin/sh\nexit 1\n").chmod(0o755)
    commit_files(repository, {"new": b"x\n"}, "Record", sandbox.head(), MAIN)
    assert sandbox.subjects() == ["Begin", "Record"]


def test_a_branch_that_moved_is_not_touched(sandbox: Sandbox, repository: Repository) -> None:
    old, head = sandbox.head(), sandbox.commit()
    with pytest.raises(HeadMoved, match="refs/heads/main moved while forge was committing"):
        commit_files(repository, {"new": b"x\n"}, "Record", old, MAIN)
    assert sandbox.head() == head
    assert sandbox.status() == []


def test_moving_a_branch_compares_first(sandbox: Sandbox, repository: Repository) -> None:
    old, head = sandbox.head(), sandbox.commit()
    with written_commit(repository, {}, "Empty", old) as written:
        with pytest.raises(HeadMoved, match=f"is not at {old[:12]} any more"):
            move_branch(repository, MAIN, old, written, "Empty")
        assert sandbox.head() == head
        move_branch(repository, MAIN, head, written, "Empty")
    assert sandbox.head() == written.commit
    assert not written.ref.exists()


def test_a_locked_branch_is_reported(
    sandbox: Sandbox, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lockfile, "_PATIENCE", 0.01)
    lock = sandbox.write(".git/refs/heads/main.lock", "")
    with pytest.raises(HeadMoved, match="could not be moved"):
        commit_files(repository, {"new": b"x\n"}, "Record", sandbox.head(), MAIN)
    assert lock.exists()


def test_a_written_commit_has_no_ref(sandbox: Sandbox, repository: Repository) -> None:
    before = sandbox.git("for-each-ref")
    with written_commit(repository, {}, "Empty", sandbox.head()) as written:
        assert written.ref.read_text() == f"{written.commit}\n"
        assert read_commit(repository, written.commit).subject == "Empty"
    assert sandbox.git("for-each-ref") == before


def test_a_missing_blob_is_reported(sandbox: Sandbox, repository: Repository) -> None:
    entries: dict[str, Entry] = {"new": (modes.FILE, "1" * 40)}
    with pytest.raises(GitFailed, match="the commit could not be written"):
        commit_entries(repository, entries, "Record", sandbox.head(), MAIN)
    assert sandbox.status() == []


def test_the_reflog_says_what_happened(sandbox: Sandbox, repository: Repository) -> None:
    commit_files(repository, {"new": b"x\n"}, "One\n\nbody", sandbox.head(), MAIN)
    assert sandbox.git("log", "-g", "-1", "--format=%gs") == "commit: One\n"
