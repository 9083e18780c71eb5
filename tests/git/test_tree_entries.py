from __future__ import annotations

import os

import pygit2
import pytest

from forge.git import modes
from forge.git.repository import Repository
from forge.git.tree_entries import Entry, entry_at, is_utf8, with_entries
from tests.conftest import Sandbox

NOT_UTF8 = os.fsdecode(b"n\xffw")


def root(repository: Repository, revision: str = "HEAD") -> pygit2.Tree:
    return repository.objects.revparse_single(revision).peel(pygit2.Tree)


def listing(repository: Repository, tree: pygit2.Oid) -> dict[str, str]:
    output = repository.git("ls-tree", "-r", "-z", str(tree))
    lines = os.fsdecode(output).split("\0")[:-1]
    return {line.partition("\t")[2]: line.split(" ")[0] for line in lines}


@pytest.fixture
def blob(repository: Repository) -> str:
    return str(repository.objects.create_blob(b"x\n"))


@pytest.fixture
def tree(sandbox: Sandbox, repository: Repository) -> pygit2.Tree:
    sandbox.write("a/b/c.txt", "c\n")
    sandbox.write("a/d.txt", "d\n")
    sandbox.write(NOT_UTF8 + "/file", "x\n")
    sandbox.commit()
    return root(repository)


def test_entries_of_files_folders_and_nothing(repository: Repository, tree: pygit2.Tree) -> None:
    objects = repository.objects
    entry = entry_at(objects, tree, "a/b/c.txt")
    assert entry is not None
    assert entry[0] == modes.FILE
    assert repository.objects[entry[1]].peel(pygit2.Blob).data == b"c\n"
    folder = entry_at(objects, tree, "a")
    assert folder is not None
    assert folder[0] == modes.FOLDER
    for path in ("missing", "a/missing", "a/d.txt/below", "README.md/x/y"):
        assert entry_at(objects, tree, path) is None


def test_a_name_that_is_not_utf8(repository: Repository, tree: pygit2.Tree) -> None:
    assert is_utf8("ünï")
    assert not is_utf8(NOT_UTF8)
    entry = entry_at(repository.objects, tree, f"{NOT_UTF8}/file")
    assert entry is not None
    assert entry[0] == modes.FILE


@pytest.mark.parametrize(
    ("paths", "gone", "added"),
    [
        ({"new.txt": True}, set(), {"new.txt"}),
        ({"a/b/new": True, "x/y/z": True}, set(), {"a/b/new", "x/y/z"}),
        ({"a/b/c.txt": None}, {"a/b/c.txt"}, set()),
        ({"a/b/c.txt": None, "a/d.txt": None}, {"a/b/c.txt", "a/d.txt"}, set()),
        ({"missing/deep": None}, set(), set()),
        ({"a": True, "a/b/c.txt": None}, {"a/b/c.txt", "a/d.txt"}, {"a"}),
        ({"README.md/inside": True, "README.md": None}, {"README.md"}, {"README.md/inside"}),
        ({f"{NOT_UTF8}/file": None, "z": True}, {f"{NOT_UTF8}/file"}, {"z"}),
        ({f"a/{NOT_UTF8}": True}, set(), {f"a/{NOT_UTF8}"}),
    ],
)
def test_entries_are_replaced(
    repository: Repository,
    tree: pygit2.Tree,
    blob: str,
    paths: dict[str, bool | None],
    gone: set[str],
    added: set[str],
) -> None:
    before = listing(repository, tree.id)
    entries: dict[str, Entry] = {
        path: (modes.FILE, blob) if present else None for path, present in paths.items()
    }
    after = listing(repository, with_entries(repository.objects, tree, entries))
    assert after.keys() == (before.keys() - gone) | added
    repository.git("fsck", "--strict", "--no-dangling")


def test_modes_are_kept(repository: Repository, tree: pygit2.Tree, blob: str) -> None:
    entries: dict[str, Entry] = {
        "script": (modes.EXECUTABLE, blob),
        f"{NOT_UTF8}/link": (modes.LINK, blob),
    }
    after = listing(repository, with_entries(repository.objects, tree, entries))
    assert (after["script"], after[f"{NOT_UTF8}/link"]) == ("100755", "120000")


def test_no_entries_leave_the_tree_as_it_is(repository: Repository, tree: pygit2.Tree) -> None:
    assert with_entries(repository.objects, tree, {}) == tree.id


def test_a_folder_that_becomes_empty_is_removed(repository: Repository, tree: pygit2.Tree) -> None:
    made = with_entries(repository.objects, tree, {"a/b/c.txt": None})
    assert entry_at(repository.objects, root(repository, str(made)), "a/b") is None
