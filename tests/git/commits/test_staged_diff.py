"""What a step changed is the same whether git or forge compares the lines."""

from __future__ import annotations

import os

import pytest

from forge.git import modes
from forge.git.commits import staged_diff
from forge.git.commits.changes import Changes
from forge.git.commits.staged_diff import fast_changes, staged_changes
from forge.git.index.private_index import private_index
from forge.git.index.staging import stage_everything
from forge.git.repository import Repository
from forge.git.tree_entries import Entry
from tests.conftest import Sandbox


def nothing(path: str) -> bool:
    return False


def by_git(repository: Repository) -> Changes:
    with private_index(repository) as copy:
        stage_everything(copy)
        return staged_changes(copy, "HEAD", nothing)


def entry(sandbox: Sandbox, revision: str, path: str) -> Entry:
    output = sandbox.git("ls-tree", revision, "--", path).split()
    return (int(output[0], 8), output[2]) if output else None


@pytest.fixture
def changed(sandbox: Sandbox) -> Sandbox:
    sandbox.write("edit.txt", "one\ntwo\nthree\n")
    sandbox.write("gone.txt", "x\n")
    sandbox.write("script.sh", "x\n")
    sandbox.commit()
    sandbox.write("edit.txt", "one\n2\nthree\nfour")
    (sandbox.root / "gone.txt").unlink()
    (sandbox.root / "script.sh").chmod(0o755)
    sandbox.write("new ü.txt", "a\nb\n")
    (sandbox.root / "link").symlink_to("edit.txt")
    return sandbox


def test_changes_according_to_git(changed: Sandbox, repository: Repository) -> None:
    changes = by_git(repository)
    assert {(c.path, c.status, c.mode, c.added, c.removed) for c in changes.entries} == {
        ("edit.txt", "M", modes.FILE, 2, 1),
        ("gone.txt", "D", 0, 0, 1),
        ("script.sh", "M", modes.EXECUTABLE, 0, 0),
        ("new ü.txt", "A", modes.FILE, 2, 0),
        ("link", "A", modes.LINK, 1, 0),
    }
    assert b"+four" in changes.patch
    assert b"-x" in changes.patch


def test_changes_without_git_are_the_same(changed: Sandbox, repository: Repository) -> None:
    expected = by_git(repository)
    before = changed.head()
    after = changed.commit()
    staged = {
        path: (entry(changed, before, path), entry(changed, after, path)) for path in expected.paths
    }
    changes = fast_changes(repository, staged)
    assert changes is not None
    assert sorted(changes.entries, key=lambda c: c.path) == sorted(
        expected.entries, key=lambda c: c.path
    )
    assert changes.sha256 == expected.sha256

    def lines(patch: bytes) -> list[bytes]:
        return sorted(
            line for line in patch.splitlines() if line[:1] == b"+" and line[:3] != b"+++"
        )

    assert lines(changes.patch) == lines(expected.patch)


def test_excluded_paths_are_left_out(changed: Sandbox, repository: Repository) -> None:
    with private_index(repository) as copy:
        stage_everything(copy)
        changes = staged_changes(copy, "HEAD", lambda path: path != "gone.txt")
    assert changes.paths == ["gone.txt"]


def test_attributes_do_not_hide_lines(sandbox: Sandbox, repository: Repository) -> None:
    sandbox.write(".gitattributes", "*.txt -diff\n")
    sandbox.write("hidden.txt", "password\n")
    changes = by_git(repository)
    assert b"+password" in changes.patch
    by_path = {change.path: change.added for change in changes.entries}
    assert by_path["hidden.txt"] == 0  # as git counts it


def test_binary_files_have_no_lines(sandbox: Sandbox, repository: Repository) -> None:
    sandbox.write("binary", b"\0\1\2")
    changes = by_git(repository)
    assert [(c.added, c.removed) for c in changes.entries] == [(0, 0)]


def test_names_that_are_not_utf8(sandbox: Sandbox, repository: Repository) -> None:
    with open(os.fsencode(sandbox.root) + b"/n\xffw", "wb") as file:
        file.write(b"x\n")
    name = os.fsdecode(b"n\xffw")
    assert by_git(repository).paths == [name]
    assert fast_changes(repository, {name: (None, None)}) is None


@pytest.mark.parametrize("reason", ["too many", "too large", "missing", "attributes", "algorithm"])
def test_what_is_left_to_git(
    sandbox: Sandbox, repository: Repository, monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    blob = str(repository.objects.create_blob(b"x" * 100))
    staged: dict[str, tuple[Entry, Entry]] = {"a.txt": (None, (modes.FILE, blob))}
    assert fast_changes(repository, staged) is not None
    if reason == "too many":
        monkeypatch.setattr(staged_diff, "_MOST_COMPARED", 0)
    elif reason == "too large":
        monkeypatch.setattr(staged_diff, "_LARGEST_COMPARED", 99)
    elif reason == "missing":
        staged = {"a.txt": ((modes.FILE, "1" * 40), None)}
    elif reason == "attributes":
        sandbox.write(".gitattributes", "*.txt text\n")
    else:
        sandbox.git("config", "diff.algorithm", "patience")
    assert fast_changes(repository, staged) is None
