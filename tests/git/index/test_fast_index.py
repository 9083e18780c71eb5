"""A small index is read and written as git does it, with and without git."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from forge.git.commits.changes import Changes
from forge.git.commits.step_commit import stage
from forge.git.index import fast_index
from forge.git.index.user_index import put_entries
from forge.git.repository import Repository
from forge.git.tree_entries import Entry
from tests.conftest import Sandbox
from tests.git.commits.test_step_commit import changed

FILE = 0o100644


def at_home(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Repository:
    monkeypatch.setenv("HOME", str(sandbox.home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    return Repository.discover(sandbox.root)


def commit_files(sandbox: Sandbox) -> dict[str, Entry]:
    """Commit some files; return entries to set: new, changed and removed files, and files and
    folders that replace each other.
    """
    for path in (
        "kept.txt",
        "gone.txt",
        "folder/a",
        "folder/deep/b",
        "folder.txt",
        "file",
        "a/b",
        "a.b",
        "long/" + "x" * 200,
    ):
        sandbox.write(path, f"{path}\n")
    sandbox.write("run.sh", "#!/bin/sh\n").chmod(0o755)
    (sandbox.root / "link").symlink_to("kept.txt")
    for place in sandbox.root.rglob("[!.]*"):
        os.utime(place, (1, 1), follow_symlinks=False)  # none is as young as the index
    sandbox.commit()
    sandbox.write("kept.txt", "changed, not staged\n")
    os.utime(sandbox.write("a.b", "staged\n"), (1, 1))
    sandbox.git("add", "a.b")
    (blob,) = sandbox.git("rev-parse", "HEAD:kept.txt").split()
    entries: dict[str, Entry] = dict.fromkeys(
        ("new/er/x", "run.sh", "folder", "file/below", "ü", "a/c"), (FILE, blob)
    )
    return {**entries, "gone.txt": None, "never/there": None, "link": (0o120000, blob)}


def without_git(
    monkeypatch: pytest.MonkeyPatch, repository: Repository, entries: dict[str, Entry]
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("PATH", "/nonexistent")
        put_entries(repository, entries)


def test_entries_are_set_as_git_sets_them(
    make_sandbox: Callable[[str], Sandbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    left = []
    for name in ("without", "with"):
        sandbox = make_sandbox(name)
        entries = commit_files(sandbox)
        repository = at_home(sandbox, monkeypatch)
        if name == "with":
            sandbox.git("update-index", "--index-version", "4")
            put_entries(repository, entries)
        else:
            (sandbox.root / ".git/index").chmod(0o660)
            without_git(monkeypatch, repository, entries)
            assert (sandbox.root / ".git/index").stat().st_mode & 0o777 == 0o660
        assert sandbox.git("fsck", "--strict") == ""
        left.append(
            (
                sandbox.git("ls-files", "-s"),
                sandbox.status(),
                sandbox.git("diff-files", "--name-only"),
            )
        )
    assert left[0] == left[1]


def test_a_racy_change_is_still_seen_in_a_new_index(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Git trusts times that are older than its index; a new index must not make it trust more."""
    place = sandbox.write("a.txt", "one\n")
    sandbox.commit()
    before = place.stat()
    repository, entries = (
        at_home(sandbox, monkeypatch),
        {"b.txt": (FILE, sandbox.git("rev-parse", "HEAD:a.txt").strip())},
    )
    os.utime(
        sandbox.root / ".git/index", ns=(before.st_mtime_ns, before.st_mtime_ns)
    )  # both in one tick
    place.write_text("two\n")
    os.utime(place, ns=(before.st_atime_ns, before.st_mtime_ns))
    put_entries(repository, entries)
    os.utime(
        sandbox.root / ".git/index", (before.st_mtime + 5, before.st_mtime + 5)
    )  # as if it were later
    assert sandbox.status() == [" M a.txt", "AD b.txt"]


def test_times_prove_something_only_if_they_are_older_than_the_index(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = at_home(sandbox, monkeypatch)
    index = fast_index.read(sandbox.root / ".git/index")
    assert index is not None
    readme = index.entries["README.md"]
    changed_ns = (sandbox.root / "README.md").lstat().st_ctime_ns
    for blob, believed, read in ((readme.blob, True, True), (b"\0" * 20, True, False)):
        entries = {"README.md": readme._replace(blob=blob)}
        assert (
            fast_index.PlainIndex(entries, changed_ns + 1).is_unchanged(repository, "README.md")
            is believed
        )
        assert (
            fast_index.PlainIndex(entries, changed_ns).is_unchanged(repository, "README.md") is read
        )


KINDS: dict[str, Callable[[Sandbox], object]] = {
    "plain": lambda sandbox: None,
    "version": lambda sandbox: sandbox.git("update-index", "--index-version", "4"),
    "attributes": lambda sandbox: sandbox.write(".git/info/attributes", "*.none text\n"),
    "diff": lambda sandbox: sandbox.git("config", "diff.algorithm", "histogram"),
    "staged": lambda sandbox: sandbox.git("add", "--intent-to-add", "deep/er/new.txt"),
}


def test_changes_are_the_same_however_they_are_staged(
    make_sandbox: Callable[[str], Sandbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    by_way: dict[str, Changes] = {}
    for kind, prepare in KINDS.items():
        sandbox = make_sandbox(kind)
        changed(sandbox)
        sandbox.write("binary", b"\0\1\2")
        sandbox.write("no-end", "no newline at the end")
        sandbox.write("ümlaut\t", "a\n")
        (sandbox.root / "kept.txt").unlink()
        (sandbox.root / "kept.txt").symlink_to("elsewhere")
        prepare(sandbox)
        with stage(at_home(sandbox, monkeypatch), sandbox.head(), lambda path: False) as staging:
            by_way[kind] = Changes(
                sorted(staging.changes.entries, key=lambda change: change.path),
                staging.changes.patch,
            )
    entries = by_way["plain"].entries
    assert {change.status for change in entries} == {"A", "M", "D", "T"}
    for kind, changes in by_way.items():
        assert changes.entries == entries, kind
        lines = [
            sorted(line for line in version.patch.split(b"\n") if line[:1] in (b"+", b"-"))
            for version in (changes, by_way["plain"])
        ]
        assert lines[0] == lines[1], kind


def test_excluded_files_are_not_staged(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = at_home(sandbox, monkeypatch)
    sandbox.write("mine.txt", "x\n")
    sandbox.write("yours.txt", "x\n")
    sandbox.write("__pycache__/ignored.pyc", "x\n")
    sandbox.git("init", "-q", "nested")
    sandbox.write("nested/x", "x\n")
    for unborn in (True, False):
        if not unborn:
            sandbox.git("-C", "nested", "add", "x")
            sandbox.git("-C", "nested", "commit", "-qm", "Its own")
        with stage(repository, sandbox.head(), lambda path: path == "yours.txt") as staging:
            assert staging.changes.paths == ["mine.txt"]
            assert staging.nested == ("nested/",)
    assert sandbox.status() == ["?? mine.txt", "?? nested/", "?? yours.txt"]


def test_replaced_objects_are_not_committed(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With `git replace` the index holds what the branch does not: a commit must not take that
    back.
    """
    sandbox.commit()
    old = sandbox.head()
    sandbox.write("replaced.txt", "x\n")
    sandbox.git("add", "-A")
    other = sandbox.git("commit-tree", "-m", "Other", sandbox.git("write-tree").strip()).strip()
    sandbox.git("replace", old, other)
    assert sandbox.status() == []
    repository = at_home(sandbox, monkeypatch)
    assert repository.dirty() == [("A", " ", "replaced.txt")]
    sandbox.write("new.txt", "x\n")
    with stage(repository, old, lambda path: False) as staging:
        staging.commit("x\n")
    assert sandbox.status() == [] and {"new.txt", "replaced.txt"} <= set(
        sandbox.git("ls-tree", "--name-only", "HEAD").split()
    )


def test_removed_attributes_hide_no_new_lines(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.write(".gitattributes", "*.txt -diff\n")
    sandbox.commit()
    (sandbox.root / ".gitattributes").unlink()
    sandbox.write("shown.txt", "one\ntwo\n")
    with stage(at_home(sandbox, monkeypatch), sandbox.head(), lambda path: False) as staging:
        assert [
            (change.path, change.added, change.removed) for change in staging.changes.entries
        ] == [(".gitattributes", 0, 1), ("shown.txt", 2, 0)]
        assert (
            b"\n-*.txt -diff\n" in staging.changes.patch
            and b"\n+one\n+two\n" in staging.changes.patch
        )


def test_missing_objects_of_a_partial_clone_are_left_to_git(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.git("config", "uploadpack.allowFilter", "true")
    sandbox.write("changed.txt", "one\n")
    sandbox.commit()
    origin = sandbox.root.as_uri()
    sandbox.git("clone", "-q", "--no-checkout", "--filter=blob:none", origin, "../partial")
    partial = Sandbox(sandbox.root.parent / "partial", sandbox.home)
    partial.git("read-tree", "HEAD")
    partial.write("changed.txt", "two\nthree\n")
    with stage(
        at_home(partial, monkeypatch), partial.head(), lambda path: path != "changed.txt"
    ) as staging:
        assert staging.changes.summary == "1 file, +2 -1"


def test_new_attributes_hide_no_new_lines(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.write("old.env", "kept\n")
    sandbox.commit()
    sandbox.write(".gitattributes", "*.env -diff\n*.key binary\n")
    sandbox.write("old.env", "kept\nadded\n")
    sandbox.write("new.key", "key\n")
    sandbox.write("data.key", b"\0key\n")
    with stage(at_home(sandbox, monkeypatch), sandbox.head(), lambda path: False) as staging:
        added = [
            line
            for line in staging.changes.patch.split(b"\n")
            if line.startswith(b"+") and not line.startswith(b"+++")
        ]
        assert sorted(added) == [b"+*.env -diff", b"+*.key binary", b"+added", b"+key"]
