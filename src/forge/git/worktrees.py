"""The work trees of a repository: the one at hand, the others, and new ones."""

from __future__ import annotations

from pathlib import Path

from forge.errors import RepositoryError
from forge.git import program
from forge.git.repository import Repository


def root_of(git_dir: Path) -> Path | None:
    """Return the root of the work tree whose own git directory this is; None where there is none any more."""
    try:
        root = Path((git_dir / "gitdir").read_text().strip()).parent
    except OSError:
        root = git_dir.parent
        return root if git_dir.name == ".git" and git_dir.is_dir() else None
    return root if root.is_dir() else None


def other_roots(repository: Repository) -> list[Path]:
    """Return the roots of the other work trees of this repository."""
    folder = repository.common_dir / "worktrees"
    linked = sorted(folder.iterdir()) if folder.is_dir() else []
    found = [root_of(git_dir) for git_dir in (repository.common_dir, *linked) if git_dir != repository.git_dir]
    return [root for root in found if root is not None]


def at(repository: Repository, git_dir: Path) -> Repository:
    """Return the repository as of another of its work trees. Raises RepositoryError where that is gone."""
    if git_dir == repository.git_dir:
        return repository
    root = root_of(git_dir)
    if root is None:
        raise RepositoryError(
            f"the work tree {git_dir.name} is gone",
            "its commits are on its branch; `git worktree add` at the same path brings it back, see `git worktree list`",
        )
    return Repository.discover(root)


def add(repository: Repository, place: Path, branch: str, commit: str) -> Repository:
    """Make a linked work tree on a new branch at a commit, and return it. Raises GitFailed; nothing is left then."""
    done = program.attempt(repository.root, "worktree", "add", "-q", "-b", branch, str(place), commit)
    if done.returncode:
        program.attempt(repository.root, "branch", "-q", "-D", branch)
        raise program.failed(("worktree", "add"), done)
    return Repository.discover(place)


def remove(repository: Repository, place: Path, branch: str) -> None:
    """Take back a work tree that was made just now, and its branch. Raises GitFailed."""
    program.run(repository.root, "worktree", "remove", "--force", str(place))
    program.run(repository.root, "branch", "-q", "-D", branch)


def ignored(repository: Repository) -> list[str]:
    """Return what git ignores in the work tree, folders that are ignored whole as one entry."""
    output = repository.git("ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory")
    return program.fields(output)
