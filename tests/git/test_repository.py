from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from forge.errors import RepositoryError
from forge.git.repository import Head, Repository
from tests.conftest import Sandbox


def test_a_repository_is_found_from_a_folder_in_it(
    sandbox: Sandbox, repository: Repository
) -> None:
    folder = sandbox.root / "a/b"
    folder.mkdir(parents=True)
    inside = Repository.discover(folder)
    assert inside.root == sandbox.root == repository.root
    assert inside.git_dir == inside.common_dir == sandbox.root / ".git"
    assert inside.forge_dir == sandbox.root / ".git/forge"
    assert inside.scratch.is_dir()


def test_a_linked_work_tree_shares_the_common_folder(
    sandbox: Sandbox, repository: Repository
) -> None:
    sandbox.git("worktree", "add", "-q", "../linked")
    linked = Repository.discover(sandbox.root.parent / "linked")
    assert linked.git_dir == sandbox.root / ".git/worktrees/linked"
    assert linked.common_dir == repository.common_dir
    assert linked.forge_dir == repository.forge_dir
    assert linked.head().branch == "refs/heads/linked"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["init", "-q", "--bare"], "this repository is bare"),
        (["init", "-q", "--object-format=sha256"], "names its objects by sha256"),
    ],
)
def test_an_unsupported_repository_is_refused(
    tmp_path: Path, words: list[str], message: str
) -> None:
    subprocess.run(["git", *words, str(tmp_path)], check=True)
    with pytest.raises(RepositoryError, match=message):
        Repository.discover(tmp_path)


def test_a_reftable_is_refused(sandbox: Sandbox, repository: Repository) -> None:
    (sandbox.root / ".git/reftable").mkdir()
    sandbox.git("worktree", "add", "-q", "../linked")  # for a plain one git is not asked
    with pytest.raises(RepositoryError, match="reftable"):
        Repository.discover(sandbox.root.parent / "linked")


def test_a_folder_without_a_repository(tmp_path: Path) -> None:
    with pytest.raises(RepositoryError, match="is not in a git repository"):
        Repository.discover(tmp_path)


def test_a_damaged_repository_is_named(sandbox: Sandbox, repository: Repository) -> None:
    (sandbox.root / ".git/HEAD").write_text("")
    with pytest.raises(RepositoryError, match=r"does not accept .*\.git as a repository"):
        Repository.discover(sandbox.root)


def test_head_on_a_branch_detached_and_unborn(
    sandbox: Sandbox, repository: Repository, make_sandbox: Callable[[str], Sandbox]
) -> None:
    commit = sandbox.head()
    assert repository.head() == Head(commit, "refs/heads/main")
    assert repository.head().short == "main"
    sandbox.git("checkout", "-q", "--detach")
    assert repository.head() == Head(commit, None)
    assert repository.head().short == "HEAD"
    empty = Repository.discover(make_sandbox("empty").root)
    assert empty.head() == Head(None, "refs/heads/main")


def test_head_as_a_symbolic_link(sandbox: Sandbox, repository: Repository) -> None:
    (sandbox.root / ".git/HEAD").unlink()
    (sandbox.root / ".git/HEAD").symlink_to("refs/heads/main")
    assert repository.head() == Head(sandbox.head(), "refs/heads/main")


def test_a_damaged_head_names_the_repair(sandbox: Sandbox, repository: Repository) -> None:
    (sandbox.root / ".git/HEAD").write_text("nonsense\n")
    with pytest.raises(RepositoryError, match="HEAD is damaged") as caught:
        repository.head()
    assert "ref: refs/heads/BRANCH" in (caught.value.hint or "")


def test_commit_of_loose_packed_and_missing_refs(sandbox: Sandbox, repository: Repository) -> None:
    commit = sandbox.head()
    assert repository.commit_of("refs/heads/main") == commit
    sandbox.git("pack-refs", "--all")
    assert not (sandbox.root / ".git/refs/heads/main").exists()
    assert repository.commit_of("refs/heads/main") == commit
    assert repository.commit_of("refs/heads/missing") is None


def test_a_damaged_ref_names_the_last_commit_of_its_reflog(
    sandbox: Sandbox, repository: Repository
) -> None:
    commit = sandbox.head()
    (sandbox.root / ".git/refs/heads/main").write_text("nonsense\n")
    with pytest.raises(RepositoryError, match="names no commit") as caught:
        repository.commit_of("refs/heads/main")
    assert f"echo {commit} >" in (caught.value.hint or "")


def test_a_damaged_ref_without_a_reflog(sandbox: Sandbox, repository: Repository) -> None:
    (sandbox.root / ".git/refs/heads/main").write_text("nonsense\n")
    (sandbox.root / ".git/logs/refs/heads/main").unlink()
    with pytest.raises(RepositoryError) as caught:
        repository.commit_of("refs/heads/main")
    assert "git fsck" in (caught.value.hint or "")


def test_the_fingerprint_of_head_changes_with_its_commit(
    sandbox: Sandbox, repository: Repository
) -> None:
    fingerprints = [repository.head_fingerprint()]
    for words in (
        ("commit", "-q", "--allow-empty", "-m", "Next"),
        ("checkout", "-q", "-b", "other"),
        ("checkout", "-q", "--detach"),
        ("pack-refs", "--all"),
        ("checkout", "-q", "main"),
    ):
        assert repository.head_fingerprint() == fingerprints[-1]
        sandbox.git(*words)
        fingerprints.append(repository.head_fingerprint())
    del fingerprints[4]  # packing refs does not change a detached HEAD
    assert len(set(fingerprints)) == len(fingerprints)


def test_a_shallow_clone_lacks_history(sandbox: Sandbox, repository: Repository) -> None:
    sandbox.commit()
    assert not repository.lacks_history()
    clone = sandbox.root.parent / "clone"
    sandbox.git("clone", "-q", "--depth=1", f"file://{sandbox.root}", str(clone))
    shallow = Repository.discover(clone)
    assert shallow.is_shallow()
    assert shallow.lacks_history()


def test_a_partial_clone_lacks_history(sandbox: Sandbox, repository: Repository) -> None:
    sandbox.git("config", "remote.origin.promisor", "true")
    assert repository.lacks_history()
    assert not repository.is_shallow()


@pytest.mark.parametrize(
    ("name", "operation"),
    [
        ("MERGE_HEAD", "a merge"),
        ("rebase-merge", "a rebase"),
        ("CHERRY_PICK_HEAD", "a cherry-pick"),
        ("BISECT_LOG", "a bisect"),
    ],
)
def test_an_operation_in_progress(
    sandbox: Sandbox, repository: Repository, name: str, operation: str
) -> None:
    assert repository.in_progress() is None
    (sandbox.root / ".git" / name).touch()
    assert repository.in_progress() == operation


def test_relative_paths(sandbox: Sandbox, repository: Repository) -> None:
    (sandbox.root / "link").symlink_to(".")
    assert repository.relative(sandbox.root / "a/b") == "a/b"
    assert repository.relative(sandbox.root / "link/a") == "a"
    assert repository.relative(sandbox.root / "link") == "link"
    with pytest.raises(ValueError, match="not in the subpath"):
        repository.relative(sandbox.root.parent / "elsewhere")


def test_a_repository_that_pygit2_cannot_open(sandbox: Sandbox, repository: Repository) -> None:
    with (sandbox.root / ".git/config").open("a") as file:
        file.write("[core]\n\trepositoryFormatVersion = 1\n[extensions]\n\tunheard = true\n")
    with pytest.raises(RepositoryError, match="cannot be opened"):
        _ = repository.objects
