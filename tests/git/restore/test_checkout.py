from __future__ import annotations

import errno
import os
import stat
import subprocess
from pathlib import Path

import pytest

from forge.errors import GitFailed
from forge.git import modes
from forge.git.intent.staging import clear_staged
from forge.git.repository import Repository
from forge.git.restore import checkout as checkouts
from forge.git.restore.checkout import Checkout, clear_scratch
from forge.git.restore.snapshot import changed_entries
from tests.conftest import Sandbox


def plan(repository: Repository, target: str, saved: str = "HEAD") -> Checkout:
    """Return the checkout of `target` over a work tree that is as `saved`."""
    paths = changed_entries(repository, saved, target, lambda path: False)
    names = repository.git("ls-tree", "-r", "-z", "--name-only", saved).decode().split("\0")
    return Checkout(repository, target, paths, frozenset(names[:-1]))


def is_as(sandbox: Sandbox, target: str) -> bool:
    """Return whether the work tree is as a commit; everything is staged for that."""
    sandbox.git("add", "-A")
    return sandbox.git("diff", "--cached", target) == ""


def files(sandbox: Sandbox) -> dict[str, str]:
    return {
        path.relative_to(sandbox.root).as_posix(): path.read_text()
        for path in sorted(sandbox.root.rglob("*"))
        if path.is_file() and ".git" not in path.parts
    }


def test_files_are_written_and_removed(sandbox: Sandbox, repository: Repository) -> None:
    target = sandbox.head()
    sandbox.write("README.md", "changed\n")
    sandbox.write("new/deep/file", "x\n")
    sandbox.git("rm", "-q", ".gitignore")
    sandbox.commit()
    checkout = plan(repository, target)
    assert checkout.blocked() is None
    checkout.perform()
    assert is_as(sandbox, target)
    assert not (sandbox.root / "new").exists()
    assert list(repository.scratch.iterdir()) == []


def test_modes_and_links(sandbox: Sandbox, repository: Repository) -> None:
    sandbox.write("script", "x\n").chmod(0o755)
    (sandbox.root / "link").symlink_to("script")
    target = sandbox.commit()
    (sandbox.root / "script").chmod(0o644)
    (sandbox.root / "link").unlink()
    sandbox.write("link", "a file\n")
    sandbox.commit()
    plan(repository, target).perform()
    assert os.readlink(sandbox.root / "link") == "script"
    assert stat.S_IMODE((sandbox.root / "script").stat().st_mode) & stat.S_IXUSR


@pytest.mark.parametrize("first", ["a file", "a folder"])
def test_a_file_and_a_folder_replace_each_other(
    sandbox: Sandbox, repository: Repository, first: str
) -> None:
    def make(kind: str) -> None:
        if kind == "a file":
            sandbox.write("place", "file\n")
        else:
            sandbox.write("place/a", "a\n")
            sandbox.write("place/b/c", "c\n")

    make(first)
    target = sandbox.commit()
    expected = files(sandbox)
    sandbox.git("rm", "-rq", "place")
    make("a folder" if first == "a file" else "a file")
    sandbox.commit()
    checkout = plan(repository, target)
    assert checkout.blocked() is None
    checkout.perform()
    assert files(sandbox) == expected


def tracked_then_ignored(sandbox: Sandbox, *paths: str) -> str:
    """Commit some paths, return that commit, and remove and ignore them in the next one."""
    for path in paths:
        sandbox.write(path, "tracked\n")
    target = sandbox.commit()
    sandbox.git("rm", "-rq", *paths)
    sandbox.write(".git/info/exclude", "".join(f"/{path.partition('/')[0]}\n" for path in paths))
    sandbox.commit()
    return target


@pytest.mark.parametrize(
    ("obstacle", "blocked"),
    [
        ("data/file", "data/file"),  # a file at the path itself
        ("data", "data"),  # a file in place of the folder
        ("data/file/inside", "data/file/inside"),  # a folder with unsaved files at the path
    ],
)
def test_an_unsaved_file_blocks(
    sandbox: Sandbox, repository: Repository, obstacle: str, blocked: str
) -> None:
    target = tracked_then_ignored(sandbox, "data/file")
    sandbox.write(obstacle, "mine\n")
    assert plan(repository, target).blocked() == blocked


def test_a_link_above_a_path_blocks(sandbox: Sandbox, repository: Repository) -> None:
    target = tracked_then_ignored(sandbox, "data/file")
    (sandbox.root / "data").symlink_to(sandbox.root.parent)
    assert plan(repository, target).blocked() == "data"


def test_a_link_inside_a_folder_blocks(sandbox: Sandbox, repository: Repository) -> None:
    target = tracked_then_ignored(sandbox, "data")
    (sandbox.root / "data").mkdir()
    (sandbox.root / "data/link").symlink_to(sandbox.root)
    assert plan(repository, target).blocked() == "data/link"


def test_an_empty_folder_does_not_block(sandbox: Sandbox, repository: Repository) -> None:
    target = tracked_then_ignored(sandbox, "data")
    (sandbox.root / "data/empty").mkdir(parents=True)
    checkout = plan(repository, target)
    assert checkout.blocked() is None
    checkout.perform()
    assert (sandbox.root / "data").read_text() == "tracked\n"


@pytest.mark.parametrize("kind", ["file", "link"])
def test_what_was_restored_before_a_crash_does_not_block(
    sandbox: Sandbox, repository: Repository, kind: str
) -> None:
    if kind == "link":
        (sandbox.root / "data").symlink_to("README.md")
        target = sandbox.commit()
        sandbox.git("rm", "-q", "data")
        sandbox.write(".git/info/exclude", "/data\n")
        sandbox.commit()
        (sandbox.root / "data").symlink_to("README.md")
    else:
        target = tracked_then_ignored(sandbox, "data")
        sandbox.write("data", "tracked\n")
    before = (sandbox.root / "data").lstat().st_mtime_ns
    checkout = plan(repository, target)
    assert checkout.blocked() is None
    checkout.perform()
    assert (sandbox.root / "data").lstat().st_mtime_ns == before


def test_a_file_of_another_kind_is_not_what_was_restored(
    sandbox: Sandbox, repository: Repository
) -> None:
    target = tracked_then_ignored(sandbox, "data")
    (sandbox.root / "data").symlink_to("README.md")
    assert plan(repository, target).blocked() == "data"


def test_attributes_of_the_target_are_applied(sandbox: Sandbox, repository: Repository) -> None:
    sandbox.write(".gitattributes", "*.txt eol=crlf\n")
    sandbox.write("a.txt", "one\r\n")
    target = sandbox.commit()
    sandbox.git("rm", "-q", ".gitattributes", "a.txt")
    sandbox.commit()
    plan(repository, target).perform()
    assert (sandbox.root / "a.txt").read_bytes() == b"one\r\n"
    assert is_as(sandbox, target)


def test_a_failing_filter_changes_nothing(sandbox: Sandbox, repository: Repository) -> None:
    sandbox.write(".gitattributes", "*.txt filter=broken\n")
    sandbox.write("a.txt", "one\n")
    sandbox.write("z", "one\n")
    target = sandbox.commit()
    sandbox.write("a.txt", "two\n")
    sandbox.write("z", "two\n")
    sandbox.git("rm", "-q", "README.md")
    sandbox.commit()
    sandbox.git("config", "filter.broken.smudge", "false")
    sandbox.git("config", "filter.broken.required", "true")
    before = files(sandbox)
    with pytest.raises(GitFailed):
        plan(repository, target).perform()
    assert files(sandbox) == before
    assert list(repository.scratch.iterdir()) == []


def test_files_that_the_restored_rules_ignore_are_kept(
    sandbox: Sandbox, repository: Repository
) -> None:
    sandbox.write(".gitignore", "*.local\n")
    target = sandbox.commit()
    sandbox.write(".gitignore", "# nothing\n")
    sandbox.write("mine.local", "mine\n")
    sandbox.write("other", "x\n")
    sandbox.commit()
    plan(repository, target).perform()
    assert (sandbox.root / "mine.local").read_text() == "mine\n"
    assert not (sandbox.root / "other").exists()


def test_submodules_are_left_alone(sandbox: Sandbox, repository: Repository) -> None:
    entry = (modes.SUBMODULE, sandbox.head())
    checkout = Checkout(repository, "HEAD", {"library": entry}, frozenset())
    checkout.perform()
    assert not (sandbox.root / "library").exists()


def test_another_file_system_gets_a_copy(
    sandbox: Sandbox, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = sandbox.head()
    sandbox.write("README.md", "changed\n")
    sandbox.commit()
    rename = os.rename

    def refuse(source: Path, place: Path) -> None:
        if source.is_relative_to(repository.scratch):
            raise OSError(18, "Invalid cross-device link")
        rename(source, place)

    monkeypatch.setattr(checkouts.os, "rename", refuse)
    plan(repository, target).perform()
    assert sandbox.git("status", "--porcelain", "--ignored") == " M README.md\n"
    assert is_as(sandbox, target)


def test_a_copy_that_a_dead_process_left_is_removed(
    sandbox: Sandbox, repository: Repository
) -> None:
    """The copy is made in the root of the work tree, which the next command looks through."""
    with subprocess.Popen(["true"]) as child:
        dead = child.pid
    sandbox.write(f".forge-{dead}-0a1b2c3d.tmp", "half a fi")
    sandbox.write(".forge-notes.tmp", "the user's\n")
    clear_staged(repository)
    assert [line.split()[-1] for line in sandbox.status()] == [".forge-notes.tmp"]


@pytest.mark.parametrize("mounted", [1, 2])
def test_a_place_that_no_file_can_be_moved_to(
    sandbox: Sandbox, repository: Repository, monkeypatch: pytest.MonkeyPatch, mounted: int
) -> None:
    """What is mounted on the way gets a copy beside the place; if that fails, nothing is left."""
    target = sandbox.head()
    sandbox.write("README.md", "changed\n")
    sandbox.commit()
    checkout, rename, calls = plan(repository, target), os.rename, iter(range(9))

    def moved(source: Path, place: Path) -> None:
        if next(calls) < mounted or mounted == 2:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        rename(source, place)

    with monkeypatch.context() as patch:
        patch.setattr(os, "rename", moved)
        if mounted == 1:
            checkout.perform()
        else:
            with pytest.raises(OSError, match="cross-device"):
                checkout.perform()
    assert list(sandbox.root.rglob("*.tmp")) == []
    assert (mounted == 1) == is_as(sandbox, target)


def test_folders_of_dead_processes_are_removed(repository: Repository) -> None:
    for name in ("tree-999999-a", f"tree-{os.getpid()}-a", "tree-x", "index-999999-a"):
        (repository.scratch / name).mkdir()
    clear_scratch(repository, {os.getpid()})
    left = {path.name for path in repository.scratch.iterdir()}
    assert left == {f"tree-{os.getpid()}-a", "tree-x", "index-999999-a"}
