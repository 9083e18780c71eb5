"""Files of tools that are set aside."""

from __future__ import annotations

import pytest

from forge.git.repository import Repository
from forge.run.processes.leftover_files import set_aside, untracked
from tests.conftest import Sandbox


def test_untracked_files_without_ignored_ones(sandbox: Sandbox) -> None:
    sandbox.write("a.txt", "")
    sandbox.write("folder/b.txt", "")
    sandbox.write("__pycache__/c.pyc", "")
    sandbox.write("README.md", "changed")
    assert untracked(Repository.discover(sandbox.root)) == {"a.txt", "folder/b.txt"}


@pytest.mark.parametrize(
    ("globs", "paths"),
    [
        (["*.log"], ["deep/er/run.log", "run.log"]),
        (["deep/**"], ["deep/er/note.txt", "deep/er/run.log"]),
        (["er"], ["deep/er/note.txt", "deep/er/run.log"]),
        (["er/"], ["deep/er/note.txt", "deep/er/run.log"]),
        (["deep/*.log"], []),
        ([], []),
    ],
)
def test_globs_match_at_any_depth_unless_they_have_a_slash(
    sandbox: Sandbox, globs: list[str], paths: list[str]
) -> None:
    for path in ("run.log", "deep/er/run.log", "deep/er/note.txt", "kept.txt"):
        sandbox.write(path, path)
    repository = Repository.discover(sandbox.root)
    assert set_aside(repository, globs, [], [], "run-1/2") == paths
    for path in paths:
        assert not (sandbox.root / path).exists()
        assert (repository.forge_dir / "litter/run-1/2" / path).read_text() == path
    assert (sandbox.root / "kept.txt").exists()


def test_files_of_before_and_wanted_files_stay(sandbox: Sandbox) -> None:
    for path in ("old.log", "wanted.log", "new.log"):
        sandbox.write(path, "")
    repository = Repository.discover(sandbox.root)
    assert set_aside(repository, ["*.log"], ["old.log"], ["wanted.log"], "x") == ["new.log"]
    assert sandbox.status() == ["?? old.log", "?? wanted.log"]


def test_folders_that_become_empty_are_removed(sandbox: Sandbox) -> None:
    sandbox.write("a/b/run.log", "")
    sandbox.write("a/c/kept.txt", "")
    set_aside(Repository.discover(sandbox.root), ["*.log"], [], [], "x")
    assert not (sandbox.root / "a/b").exists() and (sandbox.root / "a/c/kept.txt").exists()


def test_tracked_files_stay(sandbox: Sandbox) -> None:
    sandbox.write("tracked.log", "")
    sandbox.commit()
    assert set_aside(Repository.discover(sandbox.root), ["*.log"], [], [], "x") == []
