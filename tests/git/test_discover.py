"""Forge finds the repository that git finds, with git and without."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from forge.errors import RepositoryError
from forge.git import repository
from forge.git.discover import plain_root
from forge.git.repository import Repository
from tests.conftest import Sandbox


def by_git(start: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, object] | str:
    with monkeypatch.context() as patched:
        patched.setattr(repository, "plain_root", lambda place: None)
        return discovered(start)


def discovered(start: Path) -> dict[str, object] | str:
    try:
        return vars(Repository.discover(start))
    except RepositoryError as error:
        return error.message


def test_the_same_repository_as_git(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sandbox.write("deep/er/file.txt", "x")
    (tmp_path / "link").symlink_to(sandbox.root / "deep")
    sandbox.commit()
    sandbox.git("worktree", "add", "-q", "../linked")
    sandbox.git("init", "-q", "--bare", "../bare.git")
    sandbox.git("init", "-q", "deep/own")
    starts = [
        "work",
        "work/deep/er",
        "link/er",
        "work/deep/own",
        "linked",
        "bare.git",
        "bare.git/objects",
        "work/.git",
        "work/.git/refs",
    ]
    for start in starts:
        assert discovered(tmp_path / start) == by_git(tmp_path / start, monkeypatch), start
    plain = {start for start in starts if plain_root(str(tmp_path / start)) is not None}
    assert plain == {"work", "work/deep/er", "link/er", "work/deep/own"}


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("core.worktree", ".."),
        ("core.bare", "true"),
        ("extensions.worktreeConfig", "true"),
        ("include.path", "x"),
    ],
)
def test_git_decides_about_unusual_settings(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, setting: str, value: str
) -> None:
    assert plain_root(str(sandbox.root)) == os.path.realpath(sandbox.root)
    sandbox.git("config", setting, value)
    assert plain_root(str(sandbox.root)) is None
    assert discovered(sandbox.root) == by_git(sandbox.root, monkeypatch)


@pytest.mark.parametrize(
    "text",
    [
        "[core] worktree = ..\n",
        "[core]\n\rworktree = ..\n",
        "[core][extensions] worktreeConfig = true\n",
        "[core] bare\n",
    ],
)
def test_settings_are_recognized_anywhere_in_a_line(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    with (sandbox.root / ".git/config").open("a", newline="") as file:
        file.write(text)
    assert plain_root(str(sandbox.root)) is None
    assert discovered(sandbox.root) == by_git(sandbox.root, monkeypatch)


def test_git_decides_about_an_incomplete_repository(
    make_sandbox: Callable[[str], Sandbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, gone in enumerate(("HEAD", "objects", "refs", "config")):
        root = make_sandbox(f"half-{number}").root
        (root / ".git" / gone).rename(root / ".git" / f"{gone}-away")
        assert plain_root(str(root)) is None, gone
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", "/")
    assert plain_root(str(make_sandbox("whole").root)) is None
