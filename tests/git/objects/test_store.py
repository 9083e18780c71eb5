from __future__ import annotations

import os

import pytest

from forge.errors import GitFailed
from forge.git import modes
from forge.git.objects import store as store_module
from forge.git.objects.store import ObjectStore
from forge.git.repository import Repository
from tests.conftest import Sandbox

MISSING = "1" * 40


@pytest.fixture
def store(sandbox: Sandbox, repository: Repository) -> ObjectStore:
    sandbox.write("a/b/c.txt", "c\n")
    sandbox.write("a/d.txt", "dd\n")
    sandbox.write(".planning/plan.md", "plan\n")
    sandbox.commit()
    return ObjectStore(repository)


@pytest.fixture
def root(store: ObjectStore) -> str:
    tree = store.root(store.commit("HEAD"))
    assert tree is not None
    return tree


def lose(sandbox: Sandbox, oid: str) -> None:
    """Remove an object from the repository."""
    (sandbox.root / ".git/objects" / oid[:2] / oid[2:]).unlink()


def test_commit_and_root(sandbox: Sandbox, store: ObjectStore, root: str) -> None:
    assert store.commit("main") == sandbox.head()
    assert root == sandbox.git("rev-parse", "HEAD^{tree}").strip()
    assert store.root(MISSING) is None
    assert store.root(root) is None
    with pytest.raises(GitFailed, match="there is no revision missing"):
        store.commit("missing")


def test_entries_and_paths(sandbox: Sandbox, store: ObjectStore, root: str) -> None:
    assert list(store.paths(root)) == sandbox.git("ls-files").splitlines()
    entry = store.entry(root, "a/d.txt")
    assert entry is not None
    assert (entry[0], store.size(entry[1]), store.data(entry[1])) == (modes.FILE, 3, b"dd\n")
    folder = store.entry(root, "a/b")
    assert folder is not None
    assert folder[0] == modes.FOLDER
    for path in ("missing", "a/d.txt/below", "a/missing/deep"):
        assert store.entry(root, path) is None


def test_names_that_are_not_utf8(sandbox: Sandbox, store: ObjectStore) -> None:
    with open(os.fsencode(sandbox.root) + b"/n\xffw", "wb"):
        pass
    root = store.root(sandbox.commit())
    assert root is not None
    assert os.fsdecode(b"n\xffw") in store.paths(root)


def test_missing_objects(sandbox: Sandbox, store: ObjectStore, root: str) -> None:
    folder = store.entry(root, "a/b")
    assert folder is not None
    lose(sandbox, folder[1])
    store = ObjectStore(store.repository)
    assert store.folder(folder[1]) is None
    assert store.folder(MISSING) is None
    assert store.data(MISSING) is None
    assert store.size(MISSING) is None
    assert store.size("nonsense") is None
    assert store.entry(root, "a/b/c.txt") is None
    assert not store.can_read_entry(root, "a/b/c.txt")
    assert store.can_read_entry(root, "a/d.txt")
    assert store.can_read_entry(root, "missing/deep/file")
    with pytest.raises(GitFailed, match="is missing from this repository"):
        store.paths(root)


def changes(store: ObjectStore, old: str | None, new: str | None) -> list[tuple[str, bool, bool]]:
    return [
        (path, before is not None, after is not None)
        for path, before, after in store.changes(old, new)
    ]


def test_changes_between_trees(sandbox: Sandbox, store: ObjectStore, root: str) -> None:
    assert changes(store, root, root) == []
    sandbox.git("mv", "a/d.txt", "a/e.txt")
    sandbox.write("a/b/c.txt", "changed\n")
    (sandbox.root / "README.md").chmod(0o755)
    new = store.root(sandbox.commit())
    assert changes(store, root, new) == [
        ("README.md", True, True),
        ("a/b/c.txt", True, True),
        ("a/d.txt", True, False),
        ("a/e.txt", False, True),
    ]
    assert changes(store, None, new) == [
        (path, False, True) for path in sandbox.git("ls-files").splitlines()
    ]


def test_a_file_that_becomes_a_folder(sandbox: Sandbox, store: ObjectStore, root: str) -> None:
    (sandbox.root / "a/d.txt").unlink()
    sandbox.write("a/d.txt/inside", "x\n")
    new = store.root(sandbox.commit())
    assert changes(store, root, new) == [("a/d.txt", True, False), ("a/d.txt/inside", False, True)]


def test_a_missing_folder_is_one_change(sandbox: Sandbox, store: ObjectStore, root: str) -> None:
    folder = store.entry(root, "a/b")
    assert folder is not None
    sandbox.write("a/b/c.txt", "changed\n")
    new = store.root(sandbox.commit())
    lose(sandbox, folder[1])
    assert changes(ObjectStore(store.repository), root, new) == [("a/b", True, True)]


def test_the_tree_without_planning(
    sandbox: Sandbox, repository: Repository, store: ObjectStore, root: str
) -> None:
    without = store.tree_without_planning(root)
    sandbox.git("rm", "-rq", "--cached", ".planning")
    assert without == sandbox.git("write-tree").strip()
    assert store.tree_without_planning(without, "missing") == without
    with pytest.raises(GitFailed, match="is missing from this repository"):
        store.tree_without_planning(MISSING)


def test_objects_are_read_once(
    store: ObjectStore, root: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = store.entry(root, "a/d.txt")
    assert entry is not None
    before = store.data(entry[1]), store.paths(root), store.size(entry[1])
    monkeypatch.setattr(store, "_object", lambda oid: pytest.fail("read again"))
    assert (store.data(entry[1]), store.paths(root), store.size(entry[1])) == before


def test_memory_is_bounded(
    repository: Repository, store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "_MOST_BYTES", 10)
    blobs = [str(repository.objects.create_blob(bytes([number]) * 4)) for number in range(5)]
    large = str(repository.objects.create_blob(b"x" * 11))
    for blob in (*blobs, large):
        assert store.data(blob) is not None
    assert list(store._data) == blobs[-2:]


def test_folders_are_forgotten_if_there_are_too_many(
    store: ObjectStore, root: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "_MOST_ENTRIES", 1)
    paths = store.paths(root)
    assert store.folder(MISSING) is None
    assert store.paths(root) == paths
