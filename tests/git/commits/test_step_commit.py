"""The commit of a step is byte for byte the one that git makes, with and without git."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from forge.git.commits.step_commit import stage
from forge.git.hooks import affect_commits
from forge.git.repository import Repository
from tests.conftest import DATES, Sandbox

MESSAGE = "Schritt ß: zwei\n\nForge-Run: r\nForge-Step: 01-01/1\n"


def changed(sandbox: Sandbox) -> None:
    """Change something in every way that a tree records."""
    for path in (
        "kept.txt",
        "gone/a.txt",
        "gone/b.txt",
        "mode.sh",
        "deep/er/file.txt",
        "file",
        "folder/x",
        "a.b",
    ):
        sandbox.write(path, f"{path}\n")
    sandbox.commit()
    sandbox.git("rm", "-rq", "gone", "folder", "--cached")
    for path in ("gone/a.txt", "gone/b.txt", "folder/x", "file"):
        (sandbox.root / path).unlink()
    for path in ("gone", "folder"):
        (sandbox.root / path).rmdir()
    sandbox.git("reset", "-q")
    sandbox.write("folder", "a file now\n")
    sandbox.write("file/inside.txt", "a folder now\n")
    sandbox.write("deep/er/new.txt", "new\n")
    sandbox.write("a/b", "sorts before and after a.b\n")
    sandbox.write("a.b", "changed\n")
    with open(os.fsencode(sandbox.root) + b"/deep/\xff.txt", "wb") as odd:
        odd.write(b"no UTF-8\n")
    (sandbox.root / "mode.sh").chmod(0o755)
    (sandbox.root / "link").symlink_to("kept.txt")


def as_left(sandbox: Sandbox) -> tuple[str, ...]:
    log = (sandbox.root / ".git/logs/HEAD").read_text() + (
        sandbox.root / ".git/logs/refs/heads/main"
    ).read_text()
    return sandbox.head(), sandbox.git("ls-files", "-s"), "\n".join(sandbox.status()), log


@pytest.mark.parametrize("staged", [False, True])
def test_the_same_commit_with_and_without_git(
    make_sandbox: Callable[[str], Sandbox], monkeypatch: pytest.MonkeyPatch, staged: bool
) -> None:
    left = []
    for name in ("without", "with"):
        sandbox = make_sandbox(name)
        changed(sandbox)
        sandbox.write("not-ours.txt", "a person's\n")
        if staged:
            sandbox.git("add", "not-ours.txt", "deep/er/new.txt")
        if name == "with":
            sandbox.write(".git/hooks/post-commit", "#!/bin/sh\n").chmod(0o755)
        for variable, value in {"HOME": str(sandbox.home), **DATES}.items():
            monkeypatch.setenv(variable, value)
        repository = Repository.discover(sandbox.root)
        assert affect_commits(repository) is (name == "with")
        with stage(repository, sandbox.head(), lambda path: path == "not-ours.txt") as staging:
            made = staging.commit(MESSAGE)
        assert (made.commit, made.hook_changed) == (sandbox.head(), ())
        assert sandbox.status() == ["A  not-ours.txt" if staged else "?? not-ours.txt"]
        assert sandbox.git("fsck", "--strict", "--no-dangling") == ""
        left.append(as_left(sandbox))
    assert left[0] == left[1]


@pytest.mark.parametrize(
    "setting", ["commit.gpgSign", "core.hooksPath", "i18n.commitEncoding", "hook.x.command"]
)
def test_git_makes_the_commit_if_the_user_customized_commits(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    monkeypatch.setenv("HOME", str(sandbox.home))
    repository = Repository.discover(sandbox.root)
    assert not affect_commits(repository)
    sandbox.git("config", setting, "true")
    assert affect_commits(repository)
