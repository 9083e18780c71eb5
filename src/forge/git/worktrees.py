"""The work trees of a repository: finds, adds and removes them.

A git directory of a linked tree names the tree by path, and the tree's file `.git` names that git
directory. A tree is this repository's only if both name each other: in a copied repository, the
path still leads to the tree of the original.
"""

from __future__ import annotations

import contextlib
import os
import shlex
from collections.abc import Iterator
from pathlib import Path

from forge import regular
from forge.errors import RepositoryError
from forge.git import program
from forge.git.repository import Repository

_OWN = ".forge"  # what the folder of the trees that forge makes adds to the repository's name


def root_of(git_dir: Path) -> Path | None:
    """Return the root of the work tree that a git directory belongs to; None if it was removed, or
    if it belongs to another git directory.
    """
    root = _recorded_root(git_dir)
    if root is None:
        return git_dir.parent if git_dir.name == ".git" and git_dir.is_dir() else None
    named = _named_by(root)
    return root if named is not None and _is_same(named, git_dir) else None


def _recorded_root(git_dir: Path) -> Path | None:
    """Return the place that the git directory of a linked tree names, whatever is there now."""
    try:
        text = regular.read_text(git_dir / "gitdir").strip()
    except OSError:
        return None
    return Path(os.path.normpath(git_dir / text)).parent


def _named_by(root: Path) -> Path | None:
    """Return the git directory that the file `.git` of a linked tree names; None if there is no
    such file.
    """
    try:
        text = regular.read_text(root / ".git").strip()
    except OSError:
        return None
    return root / text.removeprefix("gitdir:").strip() if text.startswith("gitdir:") else None


def _is_same(one: Path, other: Path) -> bool:
    with contextlib.suppress(OSError):
        return one.samefile(other)
    return False


def find_moved(repository: Repository, git_dir: Path) -> bool:
    """Connect a linked tree with this repository again after both were moved, or one of them;
    return whether it was found.

    It is looked for at its old place, and where it would be if it moved along with the main tree.
    A tree whose own git directory exists belongs to another repository, and is left alone.
    """
    for place in _possible_places(repository, git_dir):
        named = _named_by(place)
        if named is None or named.is_dir() or named.name != git_dir.name:
            continue
        program.attempt(repository.root, "worktree", "repair", str(place))
        if root_of(git_dir) is not None:
            return True
    return False


def _possible_places(repository: Repository, git_dir: Path) -> Iterator[Path]:
    recorded, main = _recorded_root(git_dir), root_of(repository.common_dir)
    if recorded is not None:
        yield recorded
        if main is not None:
            yield main.parent / recorded.parent.name / recorded.name
            yield main.with_name(f"{main.name}{_OWN}") / recorded.name


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
    if (root := root_of(git_dir)) is not None:
        return Repository.discover(root)
    place = _recorded_root(git_dir)
    if place is None or not place.is_dir():
        raise RepositoryError(
            f"the work tree {git_dir.name} is gone",
            "its commits are on its branch; `git worktree add` at the same path restores it, see"
            " `git worktree list`; if it was moved, `git worktree repair` and its new path",
        )
    named = _named_by(place)
    if named is not None and not named.is_dir():
        raise RepositoryError(
            f"the work tree {place} looks for this repository at {named}, where it is no more",
            "tell it where the repository is now",
            [shlex.join(["git", "-C", str(repository.root), "worktree", "repair"])],
        )
    raise RepositoryError(
        f"{place} is not the work tree {git_dir.name} any more"
        + (": it belongs to another repository" if named is not None else ""),
        "`git worktree list` shows the trees of this one",
    )


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
    recorded = _recorded_root(git_dir)
    if recorded is not None and recorded.parent.is_dir() and not os.path.lexists(recorded):
        place = recorded
    if repository.commit_of(f"refs/heads/{branch}") is None:
        raise RepositoryError(
            f"the work tree {git_dir.name} is gone, and its branch {branch} too",
            f"`git branch {shlex.quote(branch)} COMMIT` restores the branch (`forge runs --json`"
            " lists the commits), then try again",
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
            head = regular.read_text(git_dir / "HEAD").strip()
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
        recorded = _recorded_root(git_dir)
        if recorded is not None and not recorded.exists():
            program.attempt(repository.root, "worktree", "remove", str(recorded))
        return not git_dir.exists()
    status = program.attempt(root, "status", "--porcelain", "--ignored", "--untracked-files=all")
    if root.name != name or status.returncode or status.stdout:
        return False
    return program.attempt(repository.root, "worktree", "remove", str(root)).returncode == 0
