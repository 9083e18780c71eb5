"""Without git, forge stages exactly what `git add -A` stages; everything unusual is left to git."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forge.errors import StorageFailed
from forge.git.commits.step_commit import stage
from forge.git.index import fast_index, fast_staging
from forge.git.index.clean_check import CleanCheck
from forge.git.index.fast_staging import ChangedEntries
from forge.git.objects.commit import blob_data
from forge.git.repository import Repository
from tests.conftest import Sandbox
from tests.git.index.states import nothing
from tests.git.index.test_fast_index import at_home

NAMES = ("a", "b.txt", "d/a", "d/e/x", "d/e/y", "z/long name.md", ".env", "gone")
KINDS = ("text", "empty", "binary", "script", "link", "folder", "nothing")


def put(root: Path, path: str, kind: str, number: int) -> None:
    """Replace whatever is at a path, or above it, by something of a kind."""
    place = root / path
    for folder in reversed(place.relative_to(root).parents):
        if (root / folder).is_symlink() or (root / folder).is_file():
            (root / folder).unlink()
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    place.unlink(missing_ok=True)
    if kind == "nothing":
        return
    (place if kind == "folder" else place.parent).mkdir(parents=True, exist_ok=True)
    if kind == "link":
        place.symlink_to(f"to/{number}")
    elif kind != "folder":
        place.write_bytes(
            {"text": b"%d\n", "empty": b"", "binary": b"\0\r\n%d", "script": b"#!/bin/sh\n%d\n"}[
                kind
            ].replace(b"%d", b"%d" % number)
        )
        place.chmod(0o755 if kind == "script" else 0o644)


def staged(sandbox: Sandbox, repository: Repository) -> tuple[ChangedEntries | None, Path]:
    index, target = fast_index.read(repository.git_dir / "index"), sandbox.root.parent / "target"
    assert index is not None
    target.unlink(missing_ok=True)
    return fast_staging.staged(CleanCheck(repository), index, nothing, target), target


def commit_files(sandbox: Sandbox, *paths: str) -> None:
    """Commit some files and no ignore rules."""
    sandbox.git("rm", "-q", ".gitignore")
    for number, path in enumerate(paths):
        put(sandbox.root, path, "text", number)
    sandbox.commit()


def with_index(sandbox: Sandbox, index: Path, *words: str) -> str:
    return replace(sandbox, env={"GIT_INDEX_FILE": str(index)}).git(*words)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(KINDS)), max_size=8))
def test_the_same_as_git_adds(sandbox: Sandbox, changes: list[tuple[str, str]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        repository = at_home(sandbox, patch)
        if (sandbox.root / ".gitignore").exists():
            commit_files(sandbox, *NAMES)
        for number, (path, kind) in enumerate(changes):
            put(sandbox.root, path, kind, 100 + number)
        for path in NAMES[:3]:  # other times, the same bytes: git records the new times
            if (sandbox.root / path).is_file():
                os.utime(sandbox.root / path, (1, 1))
        changed, target = staged(sandbox, repository)
        assert changed is not None
        by_git = sandbox.root.parent / "by-git"
        shutil.copy(sandbox.root / ".git/index", by_git)
        with_index(sandbox, by_git, "add", "-A")
        assert with_index(sandbox, target, "ls-files", "-s", "-z") == with_index(
            sandbox, by_git, "ls-files", "-s", "-z"
        )
        before, after = (
            fast_index.read(place, small=False) for place in (sandbox.root / ".git/index", target)
        )
        assert before is not None and after is not None and before.changed_entries(after) == changed
        assert with_index(sandbox, target, "diff-files", "--name-only") == ""
        assert sandbox.git("fsck", "--strict", "--no-dangling") == ""


def _nest(sandbox: Sandbox) -> None:
    sandbox.git("init", "-q", "inside")


def _link_folder(sandbox: Sandbox) -> None:
    shutil.rmtree(sandbox.root / "d")
    (sandbox.root / "d").symlink_to("elsewhere")


def _make_pipe(sandbox: Sandbox) -> None:
    os.mkfifo(sandbox.root / "pipe")


def _exclude(sandbox: Sandbox) -> None:
    sandbox.write(".git/info/exclude", "*.log\n")
    sandbox.write("new", "x\n")


def _exclude_elsewhere(sandbox: Sandbox) -> None:
    sandbox.git("config", "core.excludesFile", str(sandbox.write("../rules", "*.log\n")))
    sandbox.write("new", "x\n")


def _setting(name: str, value: str) -> Callable[[Sandbox], object]:
    return lambda sandbox: (sandbox.write("new", "x\n"), sandbox.git("config", name, value))


def _file(path: str, text: str = "x\n") -> Callable[[Sandbox], object]:
    return lambda sandbox: sandbox.write(path, text)


@pytest.mark.parametrize(
    "done",
    [
        _nest,
        _link_folder,
        _make_pipe,
        _file(".gitignore"),
        _file("d/.gitignore", "# none\n"),
        _file(".gitattributes", "* text\n"),
        _exclude,
        _file("git~1"),
        _file("a\\b"),
        _file("ends. "),
        _file("ä"),
        _file(".gitmodules"),
        _file("big", "x" * (1 << 20) + "x"),
        _setting("core.fileMode", "false"),
        _setting("core.autocrlf", "input"),
        _setting("core.ignoreCase", "true"),
        _setting("attr.tree", "HEAD"),
        _exclude_elsewhere,
    ],
)
def test_everything_unusual_is_left_to_git(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, done: Callable[[Sandbox], object]
) -> None:
    commit_files(sandbox, "d/a")
    done(sandbox)
    changed, target = staged(sandbox, at_home(sandbox, monkeypatch))
    assert changed is None and not target.exists()


def test_ignore_rules_that_are_excluded_still_apply(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as files that were uncommitted when the run started."""
    commit_files(sandbox, "a.txt")
    sandbox.write(".gitignore", "*.env\n")
    for path in ("secret.env", "new.txt"):
        sandbox.write(path, "x\n")
    with stage(
        at_home(sandbox, monkeypatch), sandbox.head(), lambda path: path == ".gitignore"
    ) as staging:
        assert staging.changes.paths == ["new.txt"]


def test_tracked_attributes_apply_after_their_file_is_deleted(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit_files(sandbox, "a.txt")
    sandbox.write(".gitattributes", "* text\n")
    sandbox.commit()
    (sandbox.root / ".gitattributes").unlink()
    sandbox.write("a.txt", "x\r\n")
    repository = at_home(sandbox, monkeypatch)
    index = fast_index.read(repository.git_dir / "index")
    assert index is not None
    assert (
        fast_staging.staged(
            CleanCheck(repository), index, lambda path: path == ".gitattributes", sandbox.root / "t"
        )
        is None
    )


def test_included_settings_are_read_every_time(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit_files(sandbox, "a.txt")
    included = sandbox.write("../included", "[core]\n\tautocrlf = false\n")
    sandbox.git("config", "include.path", str(included))
    repository = at_home(sandbox, monkeypatch)
    for setting, stored in (("false", "one\r\n"), ("input", "one\n")):
        included.write_text(f"[core]\n\tautocrlf = {setting}\n")
        sandbox.write(setting, "one\r\n")
        with stage(repository, sandbox.head(), nothing) as staging:
            staging.commit("x\n")
        assert (
            blob_data(repository, sandbox.git("rev-parse", f"HEAD:{setting}").strip())
            == stored.encode()
        )


def test_git_is_not_started(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    commit_files(sandbox, "a.txt")
    repository = at_home(sandbox, monkeypatch)
    assert staged(sandbox, repository)[0] == {}
    monkeypatch.setenv("PATH", "/nonexistent")
    sandbox.write("b.txt", "two\n")
    changed, _ = staged(sandbox, repository)
    assert changed is not None and set(changed) == {"b.txt"}


def test_a_file_that_changes_while_it_is_read_is_left_to_git(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit_files(sandbox, "a.txt")
    repository, read = at_home(sandbox, monkeypatch), fast_staging.content
    sandbox.write("a.txt", "two\n")

    def interfering(place: str, mode: int) -> bytes:
        data = read(place, mode)
        sandbox.write("a.txt", "three\n")
        return data

    monkeypatch.setattr(fast_staging, "content", interfering)
    assert staged(sandbox, repository)[0] is None


def test_an_index_that_cannot_be_written_is_reported(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Git must never continue with half an index."""
    commit_files(sandbox, "a.txt")
    repository, index = at_home(sandbox, monkeypatch), fast_index.read(sandbox.root / ".git/index")
    assert index is not None
    with pytest.raises(StorageFailed):
        fast_staging.staged(CleanCheck(repository), index, nothing, sandbox.root)


def test_with_ignore_rules_only_tracked_files_are_staged_without_git(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit_files(sandbox, "a.txt", "b.txt")
    sandbox.write(".gitignore", "*.log\n")
    sandbox.commit()
    repository = at_home(sandbox, monkeypatch)
    sandbox.write("a.txt", "two\n")
    (sandbox.root / "b.txt").unlink()
    changed, _ = staged(sandbox, repository)
    assert (
        changed is not None
        and sorted(changed) == ["a.txt", "b.txt"]
        and changed["b.txt"][1] is None
    )
    sandbox.write("new.log", "x\n")
    assert staged(sandbox, repository)[0] is None
