from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from forge.git.index import fast_staging
from forge.git.index.clean_check import CleanCheck
from forge.git.index.private_index import PrivateIndex, private_index
from forge.git.index.staging import changed_paths, stage_everything, stage_paths, stage_tree
from forge.git.repository import Repository
from tests.conftest import Sandbox
from tests.git.index.states import nothing


@pytest.fixture
def copy(repository: Repository) -> Iterator[PrivateIndex]:
    with private_index(repository) as copy:
        yield copy


def staged(copy: PrivateIndex) -> set[str]:
    output = copy.git("diff", "--cached", "--name-status", "-z", "--no-renames", "HEAD")
    fields = os.fsdecode(output).split("\0")[:-1]
    return {f"{status} {path}" for status, path in zip(fields[::2], fields[1::2], strict=True)}


def change(sandbox: Sandbox) -> None:
    sandbox.write("new/file", "x\n")
    sandbox.write("README.md", "changed\n")
    sandbox.write("__pycache__/ignored", "x\n")
    (sandbox.root / ".gitignore").chmod(0o755)


CHANGED = {"A new/file", "M README.md", "M .gitignore"}


def test_changed_paths_of_a_copy(sandbox: Sandbox, copy: PrivateIndex) -> None:
    assert changed_paths(copy) == []
    change(sandbox)
    sandbox.git("init", "-q", "nested")
    sandbox.write("nested/file", "x\n")
    assert changed_paths(copy) == [
        (" ", "M", ".gitignore"),
        (" ", "M", "README.md"),
        ("?", "?", "nested/"),
        ("?", "?", "new/file"),
    ]


def test_everything_is_staged_but_ignored_and_nested_files(
    sandbox: Sandbox, copy: PrivateIndex
) -> None:
    change(sandbox)
    sandbox.git("init", "-q", "nested")
    sandbox.write("nested/file", "x\n")
    stage_everything(copy)
    assert staged(copy) == CHANGED
    assert sandbox.git("diff", "--cached", "--name-only") == ""


@pytest.mark.parametrize("flush", [True, False])
def test_only_the_given_paths_are_staged(sandbox: Sandbox, copy: PrivateIndex, flush: bool) -> None:
    change(sandbox)
    (sandbox.root / ".gitignore").unlink()
    stage_paths(copy, ["README.md", ".gitignore", "*"], flush=flush)
    assert staged(copy) == {"M README.md", "D .gitignore"}
    stage_paths(copy, [], flush=flush)
    assert staged(copy) == {"M README.md", "D .gitignore"}


def test_files_below_a_new_link_are_gone(sandbox: Sandbox, repository: Repository) -> None:
    sandbox.write("folder/deep/file", "x\n")
    sandbox.commit()
    (sandbox.root / "folder").rename(sandbox.root.parent / "moved")
    (sandbox.root / "folder").symlink_to("../moved")
    with private_index(repository) as copy:
        stage_everything(copy)
        assert staged(copy) == {"D folder/deep/file", "A folder"}


def test_a_folder_that_became_a_file(sandbox: Sandbox, repository: Repository) -> None:
    sandbox.write("place/inside", "x\n")
    sandbox.commit()
    sandbox.git("rm", "-q", "--cached", "place/inside")
    (sandbox.root / "place/inside").unlink()
    (sandbox.root / "place").rmdir()
    sandbox.git("reset", "-q")
    sandbox.write("place", "a file\n")
    with private_index(repository) as copy:
        stage_everything(copy)
        assert staged(copy) == {"D place/inside", "A place"}


@pytest.mark.parametrize("fast", [True, False], ids=["without git", "with git"])
def test_the_tree_is_staged_with_its_changes(
    sandbox: Sandbox, copy: PrivateIndex, monkeypatch: pytest.MonkeyPatch, fast: bool
) -> None:
    if not fast:
        monkeypatch.setattr(fast_staging, "MOST_FILES", 0)
    change(sandbox)
    (sandbox.root / "new/file").unlink()  # new files are left to git where rules ignore some
    changed = stage_tree(copy, nothing, CleanCheck(copy.repository))
    assert changed is not None
    assert changed.keys() == {"README.md", ".gitignore"}
    before, after = changed["README.md"]
    assert before is not None
    assert after is not None
    assert before[1] == sandbox.git("rev-parse", "HEAD:README.md").strip()
    assert copy.git("cat-file", "blob", after[1]) == b"changed\n"
    assert staged(copy) == {"M README.md", "M .gitignore"}


@pytest.mark.parametrize(
    "reason", ["something is staged", "an excluded path", "no HEAD", "a nested repository"]
)
def test_a_tree_that_needs_more_than_one_git(
    sandbox: Sandbox, repository: Repository, reason: str
) -> None:
    excluded = "own" if reason == "an excluded path" else ""
    if reason == "something is staged":
        sandbox.write("README.md", "changed\n")
        sandbox.git("add", "-A")
    elif reason == "an excluded path":
        sandbox.write("own", "x\n")
        sandbox.write("new", "x\n")
    elif reason == "no HEAD":
        sandbox.git("checkout", "-q", "--orphan", "other")
    else:
        sandbox.git("init", "-q", "nested")
        sandbox.write("nested/file", "x\n")
    with private_index(repository) as copy:
        check = CleanCheck(repository)
        assert stage_tree(copy, lambda path: path == excluded, check) is None
