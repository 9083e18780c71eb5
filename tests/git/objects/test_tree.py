"""The work tree and a revision answer alike, whichever class reads the revision."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

from forge.errors import UnknownName
from forge.git.objects.recording import RecordingWorkTree
from forge.git.objects.store import ObjectStore
from forge.git.objects.stored_tree import StoredTree
from forge.git.objects.tree import (
    RevisionTree,
    TreeEntry,
    Unreadable,
    WorkTree,
    tree_without_planning,
)
from forge.git.repository import Repository
from tests.conftest import Sandbox

KINDS: dict[str, Callable[[Repository], Any]] = {
    "work tree": WorkTree,
    "recording work tree": RecordingWorkTree,
    "revision": lambda repository: RevisionTree(repository, "HEAD"),
    "stored": lambda repository: StoredTree.at(
        ObjectStore(repository), str(repository.head().commit)
    ),
}


@pytest.fixture(params=KINDS)
def tree(request: pytest.FixtureRequest, sandbox: Sandbox, repository: Repository) -> Any:
    sandbox.write("a/b/c.txt", "text\n")
    sandbox.write("a/empty", "")
    for path, target in (
        ("link", "a/b/c.txt"),
        ("a/up", "../README.md"),
        ("folder-link", "a"),
        ("chain", "link"),
        ("loop", "loop"),
        ("absolute", "/etc/passwd"),
        ("escape", "../../elsewhere"),
        ("dangling", "missing"),
        ("dot", "./a/./empty"),
    ):
        (sandbox.root / path).symlink_to(target)
    sandbox.commit()
    return KINDS[request.param](repository)


@pytest.mark.parametrize(
    ("path", "kind", "real"),
    [
        ("a/b/c.txt", "file", "a/b/c.txt"),
        ("a/empty", "file", "a/empty"),
        ("./a//b/c.txt", "file", "a/b/c.txt"),
        ("link", "file", "a/b/c.txt"),
        ("chain", "file", "a/b/c.txt"),
        ("a/up", "file", "README.md"),
        ("dot", "file", "a/empty"),
        ("folder-link/b/c.txt", "file", "a/b/c.txt"),
        ("a", "folder", ""),
        ("folder-link", "folder", ""),
        ("a/../a", "folder", ""),
        ("missing", "absent", ""),
        ("a/b/c.txt/below", "absent", ""),
        ("dangling", "absent", ""),
        ("missing/deep", "absent", ""),
        ("absolute", "outside", ""),
        ("escape", "outside", ""),
        ("../x", "outside", ""),
    ],
)
def test_what_is_at_a_path(tree: Any, path: str, kind: str, real: str) -> None:
    entry = tree.entry(path)
    assert (entry.kind, entry.path) == (kind, real)


def test_a_loop_of_links_is_not_a_file(tree: Any) -> None:
    assert tree.entry("loop").kind in ("unreadable", "absent")


def test_sizes_and_bytes(tree: Any) -> None:
    assert tree.entry("link").size == 5
    assert tree.read("link") == b"text\n"
    assert tree.read("folder-link/empty") == b""


@pytest.mark.parametrize("path", ["a", "missing", "dangling"])
def test_reading_something_else_than_a_file(tree: Any, path: str) -> None:
    with pytest.raises(Unreadable):
        tree.read(path)


def test_files_are_listed_sorted(tree: Any, sandbox: Sandbox) -> None:
    assert tree.files() == sorted(sandbox.git("ls-files").splitlines())


def test_blob_ids(tree: Any, sandbox: Sandbox) -> None:
    blob = sandbox.git("rev-parse", "HEAD:a/b/c.txt").strip()
    assert tree.blob("a/b/c.txt") == blob
    assert tree.blob("missing") is None


def test_a_work_tree_shows_uncommitted_files(sandbox: Sandbox, repository: Repository) -> None:
    sandbox.write("new", "x")
    sandbox.write("__pycache__/ignored", "x")
    (sandbox.root / "README.md").unlink()
    assert WorkTree(repository).files() == [".gitignore", "new"]
    assert RevisionTree(repository, "HEAD").files() == [".gitignore", "README.md"]


def test_special_files_of_a_work_tree(sandbox: Sandbox, repository: Repository) -> None:
    os.mkfifo(sandbox.root / "pipe")
    tree = WorkTree(repository)
    assert tree.entry("pipe").kind == "special"
    with pytest.raises(Unreadable, match="not a regular file"):  # and no writer is waited for
        tree.read("pipe")
    assert tree.entry("n\0l").kind == "unreadable"


def test_the_blob_of_a_work_tree_is_what_git_would_store(
    sandbox: Sandbox, repository: Repository
) -> None:
    sandbox.write(".gitattributes", "*.txt text\n")
    sandbox.write("a.txt", "one\r\n")
    sandbox.git("add", "-A")
    assert WorkTree(repository).blob("a.txt") == sandbox.git("rev-parse", ":a.txt").strip()


def test_an_unknown_revision(repository: Repository) -> None:
    with pytest.raises(UnknownName, match="there is no revision missing"):
        RevisionTree(repository, "missing")


def test_paths_into_a_submodule(sandbox: Sandbox, repository: Repository) -> None:
    sandbox.git("update-index", "--add", "--cacheinfo", f"160000,{sandbox.head()},library")
    sandbox.git("commit", "-qm", "Add a submodule")
    stored = StoredTree.at(ObjectStore(repository), sandbox.head())
    for tree in (RevisionTree(repository, "HEAD"), stored):
        assert tree.entry("library") == TreeEntry("special")
        assert tree.entry("library/file") == TreeEntry("submodule")


def test_missing_objects_of_a_revision(sandbox: Sandbox, repository: Repository) -> None:
    sandbox.write("a/file", "x\n")
    sandbox.write("b/file", "y\n")
    commit = sandbox.commit()
    for name in ("HEAD:a", "HEAD:b/file"):
        oid = sandbox.git("rev-parse", name).strip()
        (sandbox.root / ".git/objects" / oid[:2] / oid[2:]).unlink()
    stored = StoredTree.at(ObjectStore(repository), commit)
    for tree in (RevisionTree(repository, commit), stored):
        assert tree.entry("a/file").kind == "missing"
        assert tree.entry("b/file").kind == "missing"
        with pytest.raises(Unreadable):
            tree.read("b/file")


def test_the_id_without_planning(sandbox: Sandbox, repository: Repository) -> None:
    def ids() -> tuple[str, str]:
        return (
            tree_without_planning(WorkTree(repository)),
            tree_without_planning(RevisionTree(repository, "HEAD")),
        )

    before = ids()
    assert before[0] == before[1]
    sandbox.write(".planning/plan.md", "x\n")
    sandbox.write("__pycache__/x", "x")
    assert ids() == before
    sandbox.commit()
    assert ids() == before
    sandbox.write("untracked", "x")
    changed, committed = ids()
    assert changed != before[0]
    assert committed == before[1]
    assert sandbox.status() == ["?? untracked"]
