"""The work trees of a repository: the one at hand, the others, and new ones."""

from __future__ import annotations

import contextlib
from pathlib import Path

from forge.errors import RepositoryError
from forge.git import program
from forge.git.repository import Repository


def root_of(git_dir: Path) -> Path | None:
    """Return the root of the work tree whose own git directory this is; None where there is none
    any more.
    """
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
    found = [
        root_of(git_dir)
        for git_dir in (repository.common_dir, *linked)
        if git_dir != repository.git_dir
    ]
    return [root for root in found if root is not None]


def open_at(repository: Repository, git_dir: Path) -> Repository:
    """Return the repository as of another of its work trees. Raises RepositoryError where that is
    gone.
    """
    if git_dir == repository.git_dir:
        return repository
    root = root_of(git_dir)
    if root is None:
        raise RepositoryError(
            f"the work tree {git_dir.name} is gone",
            "its commits are on its branch; `git worktree add` at the same path brings it back, see"
            " `git worktree list`",
        )
    found = Repository.discover(root)
    if not git_dir.is_dir() or not found.git_dir.samefile(git_dir):
        raise RepositoryError(
            f"{root} is not the work tree {git_dir.name} any more",
            "`git worktree repair`, run there, may mend it",
        )
    return found


def add(repository: Repository, place: Path, branch: str, commit: str) -> Repository:
    """Make a linked work tree on a new branch at a commit, and return it. Raises GitFailed; nothing
    is left then.
    """
    done = program.attempt(
        repository.root, "worktree", "add", "-q", "-b", branch, str(place), commit
    )
    if done.returncode:
        program.attempt(repository.root, "branch", "-q", "-D", branch)
        raise program.failed(("worktree", "add"), done)
    return Repository.discover(place)


def recreate(repository: Repository, git_dir: Path, place: Path, branch: str) -> Repository:
    """Make a linked work tree again that somebody removed: where it was, else at `place`, on its
    branch, and return it.

    Raises RepositoryError where the branch is gone, or is checked out elsewhere by now; GitFailed.
    """
    with contextlib.suppress(OSError):
        place = Path((git_dir / "gitdir").read_text("utf-8", "surrogateescape").strip()).parent
    if repository.commit_of(f"refs/heads/{branch}") is None:
        raise RepositoryError(
            f"the work tree {git_dir.name} is gone, and its branch {branch} too",
            f"`git branch {branch} COMMIT` brings the branch back (`forge runs --json` tells the"
            " commits), then try again",
        )
    elsewhere = git_dir_of_branch(repository, branch)
    if repository.head().branch == f"refs/heads/{branch}" or elsewhere not in (None, git_dir):
        raise RepositoryError(
            f"the work tree {git_dir.name} is gone, and {branch} is checked out elsewhere",
            "switch away there",
        )
    done = program.attempt(repository.root, "worktree", "add", "-q", "-f", str(place), branch)
    if done.returncode:
        raise program.failed(("worktree", "add"), done)
    return Repository.discover(place)


def remove(repository: Repository, place: Path, branch: str) -> None:
    """Take back a work tree that was made just now, and its branch. Raises GitFailed."""
    program.run(repository.root, "worktree", "remove", "--force", str(place))
    program.run(repository.root, "branch", "-q", "-D", branch)


def git_dir_of_branch(repository: Repository, branch: str) -> Path | None:
    """Return git's folder of the linked work tree that is on a branch; None where there is none."""
    for git_dir in sorted((repository.common_dir / "worktrees").glob("*")):
        try:
            if (git_dir / "HEAD").read_text(
                "utf-8", "surrogateescape"
            ).strip() == f"ref: refs/heads/{branch}":
                return git_dir
        except OSError:
            continue
    return None


def remove_unused(repository: Repository, branch: str, name: str) -> bool:
    """Remove a branch, and the work tree of a name that is on it, if nothing is lost by that; say
    whether they are gone.

    The branch has to stand at a commit that another ref holds, the work tree has to be as that
    commit is, ignored files included. A tree that git never finished making is left to a person:
    nothing tells whether that git is at work.
    """
    git_dir = git_dir_of_branch(repository, branch)
    root = root_of(git_dir) if git_dir is not None else None
    holders = (
        "for-each-ref",
        "--count=2",
        "--format=%(refname)",
        f"--contains=refs/heads/{branch}",
    )
    held = program.attempt(repository.root, *holders, "refs/heads", "refs/remotes", "refs/tags")
    if (
        held.returncode
        or len(held.stdout.splitlines()) < 2
        or (git_dir is not None and (git_dir / "locked").exists())
    ):
        return False
    if root is not None:
        lying = program.attempt(root, "status", "--porcelain", "--ignored", "--untracked-files=all")
        if root.name != name or lying.returncode or lying.stdout:
            return False
        if program.attempt(repository.root, "worktree", "remove", str(root)).returncode:
            return False
    elif git_dir is not None:
        program.attempt(repository.root, "worktree", "prune")
    return program.attempt(repository.root, "branch", "-q", "-D", branch).returncode == 0


def ignored_paths(repository: Repository) -> list[str]:
    """Return what git ignores in the work tree, folders that are ignored whole as one entry."""
    output = repository.git(
        "ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory"
    )
    return program.fields(output)
