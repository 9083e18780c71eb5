from __future__ import annotations

import pytest

from forge.errors import GitFailed
from forge.git.objects.store import ObjectStore
from forge.git.objects.stored_tree import StoredTree
from forge.git.repository import Repository
from tests.conftest import Sandbox


@pytest.fixture
def tree(sandbox: Sandbox, repository: Repository) -> StoredTree:
    sandbox.write("a/b/c.txt", "c\n")
    (sandbox.root / "link").symlink_to("a/b/c.txt")
    return StoredTree.at(ObjectStore(repository), sandbox.commit())


def test_the_tree_of_a_missing_commit(repository: Repository) -> None:
    with pytest.raises(GitFailed, match=r"the tree of 1{40} is missing"):
        StoredTree.at(ObjectStore(repository), "1" * 40)


def test_reads_are_recorded_with_everything_on_the_way(tree: StoredTree) -> None:
    with tree.recording() as read:
        tree.entry("link")
    assert read.paths == {"link"}
    assert read.visited == {"link", "a", "a/b", "a/b/c.txt"}
    assert not read.listed


def test_a_missing_path_is_recorded_up_to_its_last_folder(tree: StoredTree) -> None:
    with tree.recording() as read:
        assert tree.entry("a/missing/deep").kind == "absent"
    assert read.paths == {"a/missing/deep", "a/missing"}


def test_cached_answers_are_recorded_again(tree: StoredTree) -> None:
    tree.entry("a/b/c.txt")
    with tree.recording() as read:
        tree.read("a/b/c.txt")
    assert read.paths == {"a/b/c.txt"}
    tree.entry("a")
    assert read.paths == {"a/b/c.txt"}


def test_listing_is_recorded_and_can_be_refused(tree: StoredTree) -> None:
    with tree.recording() as read:
        files = tree.files()
    assert read.listed
    with tree.recording(listable=False) as read, pytest.raises(GitFailed):
        tree.files()
    assert read.listed
    assert tree.files() == files


def test_the_root_is_a_folder(tree: StoredTree) -> None:
    for path in ("", ".", "./"):
        assert tree.entry(path).kind == "folder"


def test_fingerprints_change_with_the_answer(sandbox: Sandbox, tree: StoredTree) -> None:
    sandbox.write("a/b/c.txt", "changed\n")
    sandbox.write("new", "x\n")
    later = StoredTree.at(tree.store, sandbox.commit())
    assert tree.fingerprint("README.md") == later.fingerprint("README.md")
    for path in ("a/b/c.txt", "link", "a", "new"):
        assert tree.fingerprint(path) != later.fingerprint(path)
    assert tree.listing_fingerprint() != later.listing_fingerprint()
    assert tree.fingerprint("missing") == later.fingerprint("missing") == "absent"


def test_the_fingerprint_shows_a_missing_object(sandbox: Sandbox, tree: StoredTree) -> None:
    oid = sandbox.git("rev-parse", "HEAD:a/b/c.txt").strip()
    present = tree.fingerprint("a/b/c.txt")
    (sandbox.root / ".git/objects" / oid[:2] / oid[2:]).unlink()
    again = StoredTree.at(ObjectStore(tree.repository), sandbox.head())
    assert again.fingerprint("a/b/c.txt") == f"{present} missing"


def test_files_below_a_folder(sandbox: Sandbox, tree: StoredTree) -> None:
    assert tree.files_below("a") == ("a/b/c.txt",)
    assert tree.files_below("a/b") == ("a/b/c.txt",)
    assert tree.files_below("README.md") == ()
    assert tree.files_below("missing") == ()
