"""The work trees of a repository: finds, adds and removes them."""

from __future__ import annotations

import contextlib
from pathlib import Path

from forge.errors import RepositoryError
from forge.git import program
from forge.git.repository import Repository


def root_of(git_dir: Path) -> Path | None:
    """Return the root of the work tree that a git directory belongs to; None if it was removed."""
    try:
        root = Path((git_dir / "gitdir").read_text("utf-8", "surrogateescape").strip()).parent
    except OSError:
        root = git_dir.parent
        return root if git_dir.name == ".git" and git_dir.is_dir() else None
    return root if root.is_dir() else None


def other_roots(repository: Repository) -> list[Path]:
    """Return the roots of the other work trees of this repository."""
    folder = repository.common_dir / "worktrees"
    linked = sorted(folder.iterdir()) if folder.is_dir() else []
    roots = [
        root_of(git_dir)
        for git_dir in (repository.common_dir, *linked)
        if git_dir != repository.git_dir
    ]
    return [root for root in roots if root is not None]


def open_at(repository: Repository, git_dir: Path) -> Repository:
    """Return the repository of another work tree. Raises RepositoryError if that tree is gone."""
    if git_dir == repository.git_dir:
        return repository
    root = root_of(git_dir)
    if root is None:
        raise RepositoryError(
            f"the work tree {git_dir.name} is gone",
            "its commits are on its branch; `git worktree add` at the same path restores it, see"
            " `git worktree list`",
        )
    other = Repository.discover(root)
    if not git_dir.is_dir() or not other.git_dir.samefile(git_dir):
        raise RepositoryError(
            f"{root} is not the work tree {git_dir.name} any more",
            "`git worktree repair`, run there, may fix it",
        )
    return other


def add(repository: Repository, place: Path, branch: str, commit: str) -> Repository:
    """Add a linked work tree on a new branch at a commit.

    Raises GitFailed, and then leaves neither the tree nor the branch.
    """
    result = program.attempt(
        repository.root, "worktree", "add", "-q", "-b", branch, str(place), commit
    )
    if result.returncode:
        program.attempt(repository.root, "branch", "-q", "-D", branch)
        raise program.failed(("worktree", "add"), result)
    return Repository.discover(place)


def recreate(repository: Repository, git_dir: Path, place: Path, branch: str) -> Repository:
    """Add a removed linked work tree again, on its branch and at its old path, else at `place`.

    Raises RepositoryError if the branch is gone or checked out elsewhere; GitFailed.
    """
    with contextlib.suppress(OSError):
        place = Path((git_dir / "gitdir").read_text("utf-8", "surrogateescape").strip()).parent
    if repository.commit_of(f"refs/heads/{branch}") is None:
        raise RepositoryError(
            f"the work tree {git_dir.name} is gone, and its branch {branch} too",
            f"`git branch {branch} COMMIT` restores the branch (`forge runs --json` lists the"
            " commits), then try again",
        )
    elsewhere = git_dir_of_branch(repository, branch)
    if repository.head().branch == f"refs/heads/{branch}" or elsewhere not in (None, git_dir):
        raise RepositoryError(
            f"the work tree {git_dir.name} is gone, and {branch} is checked out elsewhere",
            "switch away there",
        )
    result = program.attempt(repository.root, "worktree", "add", "-q", "-f", str(place), branch)
    if result.returncode:
        raise program.failed(("worktree", "add"), result)
    return Repository.discover(place)


def remove(repository: Repository, place: Path, branch: str) -> None:
    """Remove a work tree that was added just now, and its branch. Raises GitFailed."""
    program.run(repository.root, "worktree", "remove", "--force", str(place))
    program.run(repository.root, "branch", "-q", "-D", branch)


def git_dir_of_branch(repository: Repository, branch: str) -> Path | None:
    """Return the git directory of the linked work tree that is on a branch, or None."""
    for git_dir in sorted((repository.common_dir / "worktrees").glob("*")):
        with contextlib.suppress(OSError):
            head = (git_dir / "HEAD").read_text("utf-8", "surrogateescape").strip()
            if head == f"ref: refs/heads/{branch}":
                return git_dir
    return None


def remove_unused(repository: Repository, branch: str, name: str) -> bool:
    """Remove a branch and its work tree of a name if nothing is lost; return whether they are gone.

    Another ref has to contain the branch's commit, and the work tree has to be as that commit is,
    without ignored files. A tree that git did not finish adding is left to the user, since that git
    process may still run.
    """
    git_dir = git_dir_of_branch(repository, branch)
    if not _is_contained_elsewhere(repository, branch):
        return False
    if git_dir is not None and not _remove_unchanged(repository, git_dir, name):
        return False
    return program.attempt(repository.root, "branch", "-q", "-D", branch).returncode == 0


def _is_contained_elsewhere(repository: Repository, branch: str) -> bool:
    """Return whether a second branch or a tag contains the commit of a branch."""
    ref = f"refs/heads/{branch}"
    words = ("for-each-ref", "--count=2", "--format=%(refname)", f"--contains={ref}")
    result = program.attempt(repository.root, *words, "refs/heads", "refs/remotes", "refs/tags")
    return result.returncode == 0 and len(result.stdout.splitlines()) >= 2


def _remove_unchanged(repository: Repository, git_dir: Path, name: str) -> bool:
    """Remove a work tree with nothing uncommitted or ignored in it; return whether it is gone."""
    if (git_dir / "locked").exists():
        return False
    root = root_of(git_dir)
    if root is None:
        program.attempt(repository.root, "worktree", "prune")
        return True
    status = program.attempt(root, "status", "--porcelain", "--ignored", "--untracked-files=all")
    if root.name != name or status.returncode or status.stdout:
        return False
    return program.attempt(repository.root, "worktree", "remove", str(root)).returncode == 0


def ignored_paths(repository: Repository) -> list[str]:
    """Return the ignored paths of the work tree; a wholly ignored folder is one entry."""
    output = repository.git(
        "ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory"
    )
    return program.fields(output)
