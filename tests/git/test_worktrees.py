from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from forge.errors import GitFailed, RepositoryError
from forge.git import worktrees
from forge.git.repository import Repository
from tests.conftest import Sandbox


@pytest.fixture
def place(sandbox: Sandbox) -> Path:
    return sandbox.root.parent / "linked"


@pytest.fixture
def linked(sandbox: Sandbox, repository: Repository, place: Path) -> Repository:
    return worktrees.add(repository, place, "side", sandbox.head())


def branches(sandbox: Sandbox) -> list[str]:
    return sandbox.git("for-each-ref", "--format=%(refname:short)", "refs/heads").split()


def test_add_makes_a_tree_on_a_new_branch(
    sandbox: Sandbox, repository: Repository, place: Path, linked: Repository
) -> None:
    assert linked.root == place
    assert linked.head() == (sandbox.head(), "refs/heads/side")
    assert (place / "README.md").is_file()
    assert worktrees.other_roots(repository) == [place]
    assert worktrees.other_roots(linked) == [sandbox.root]


@pytest.mark.parametrize("obstacle", ["a file", "a branch"])
def test_add_leaves_nothing_if_it_fails(
    sandbox: Sandbox, repository: Repository, place: Path, obstacle: str
) -> None:
    if obstacle == "a file":
        place.write_text("x")
    branch = "main" if obstacle == "a branch" else "side"
    with pytest.raises(GitFailed, match="git worktree failed"):
        worktrees.add(repository, place, branch, sandbox.head())
    assert branches(sandbox) == ["main"]
    assert worktrees.other_roots(repository) == []


def test_root_of_a_git_directory(
    sandbox: Sandbox, repository: Repository, place: Path, linked: Repository
) -> None:
    assert worktrees.root_of(repository.git_dir) == sandbox.root
    assert worktrees.root_of(linked.git_dir) == place
    shutil.rmtree(place)
    assert worktrees.root_of(linked.git_dir) is None
    assert worktrees.root_of(sandbox.root / "missing") is None


def test_open_at_another_tree(repository: Repository, place: Path, linked: Repository) -> None:
    assert worktrees.open_at(repository, repository.git_dir) is repository
    assert worktrees.open_at(repository, linked.git_dir).root == place


def test_open_at_a_removed_tree(repository: Repository, place: Path, linked: Repository) -> None:
    shutil.rmtree(place)
    with pytest.raises(RepositoryError, match="the work tree linked is gone"):
        worktrees.open_at(repository, linked.git_dir)


def test_open_at_a_folder_that_became_another_repository(
    sandbox: Sandbox, repository: Repository, place: Path, linked: Repository
) -> None:
    (place / ".git").unlink()
    sandbox.git("init", "-q", str(place))
    with pytest.raises(RepositoryError, match="is not the work tree linked any more"):
        worktrees.open_at(repository, linked.git_dir)


def test_recreate_a_removed_tree(repository: Repository, place: Path, linked: Repository) -> None:
    shutil.rmtree(place)
    again = worktrees.recreate(repository, linked.git_dir, place.parent / "unused", "side")
    assert again.root == place
    assert again.head().branch == "refs/heads/side"


def test_recreate_elsewhere_if_git_forgot_the_place(
    sandbox: Sandbox, repository: Repository, place: Path, linked: Repository
) -> None:
    shutil.rmtree(place)
    sandbox.git("worktree", "prune")
    again = worktrees.recreate(repository, linked.git_dir, place.parent / "new", "side")
    assert again.root == place.parent / "new"


def test_recreate_needs_the_branch(
    sandbox: Sandbox, repository: Repository, place: Path, linked: Repository
) -> None:
    sandbox.git("worktree", "remove", str(place))
    sandbox.git("branch", "-qD", "side")
    with pytest.raises(RepositoryError, match="and its branch side too"):
        worktrees.recreate(repository, linked.git_dir, place, "side")


@pytest.mark.parametrize("elsewhere", ["main tree", "other tree"])
def test_recreate_needs_a_free_branch(
    sandbox: Sandbox, repository: Repository, place: Path, linked: Repository, elsewhere: str
) -> None:
    sandbox.git("worktree", "remove", str(place))
    if elsewhere == "main tree":
        sandbox.git("checkout", "-q", "side")
    else:
        sandbox.git("worktree", "add", "-q", "../other", "side")
    with pytest.raises(RepositoryError, match="side is checked out elsewhere"):
        worktrees.recreate(repository, linked.git_dir, place, "side")


def test_remove_takes_the_branch_along(
    sandbox: Sandbox, repository: Repository, place: Path, linked: Repository
) -> None:
    (place / "untracked").write_text("x")
    worktrees.remove(repository, place, "side")
    assert not place.exists()
    assert branches(sandbox) == ["main"]


def test_git_dir_of_a_branch(repository: Repository, linked: Repository) -> None:
    assert worktrees.git_dir_of_branch(repository, "side") == linked.git_dir
    assert worktrees.git_dir_of_branch(repository, "main") is None


def test_an_unused_tree_is_removed(
    sandbox: Sandbox, repository: Repository, place: Path, linked: Repository
) -> None:
    assert worktrees.remove_unused(repository, "side", "linked")
    assert not place.exists()
    assert branches(sandbox) == ["main"]


def test_an_unused_branch_without_its_tree_is_removed(
    sandbox: Sandbox, repository: Repository, place: Path, linked: Repository
) -> None:
    shutil.rmtree(place)
    assert worktrees.remove_unused(repository, "side", "linked")
    assert branches(sandbox) == ["main"]
    assert not linked.git_dir.exists()


@pytest.mark.parametrize(
    "use", ["a commit", "an untracked file", "an ignored file", "another name", "a lock"]
)
def test_a_used_tree_is_kept(
    sandbox: Sandbox, repository: Repository, place: Path, linked: Repository, use: str
) -> None:
    if use == "a commit":
        linked.git("commit", "-q", "--allow-empty", "-m", "Work")
    elif use == "an untracked file":
        (place / "new").write_text("x")
    elif use == "an ignored file":
        (place / "__pycache__").mkdir()
        (place / "__pycache__/x").write_text("x")
    elif use == "a lock":
        (linked.git_dir / "locked").write_text("adding")
    name = "other" if use == "another name" else "linked"
    assert not worktrees.remove_unused(repository, "side", name)
    assert place.is_dir()
    assert branches(sandbox) == ["main", "side"]
