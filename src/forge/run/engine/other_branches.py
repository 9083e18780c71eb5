"""Commits that the code of a step made on other branches: they are named, so that none is left
behind unseen.
"""

from __future__ import annotations

from forge.git.lazy_pygit2 import pygit2
from forge.git.repository import Repository
from forge.git.worktrees import git_dir_of_branch
from forge.run.engine.actions.questions import pause
from forge.run.engine.open_run import OpenRun
from forge.run.engine.parts.branch import described
from forge.text.command_line import command_line
from forge.text.path_list import in_text

Branches = dict[str, str]
"""Local branches with their commits."""


def branches(repository: Repository) -> Branches:
    """Return the local branches and their commits, without starting git."""
    references = repository.objects.references
    named = (name for name in references if name.startswith("refs/heads/"))
    commits = ((name, repository.commit_of(name)) for name in named)
    return {name: commit for name, commit in commits if commit is not None}


def pause_if_committed(run: OpenRun, before: Branches) -> None:
    """Pause if other branches have commits now that neither they nor the run's branch had.

    A branch that another work tree has checked out belongs to the process that works there.
    """
    if run.state.status != "running":
        return
    head = run.repository.head()
    if head.commit is None or head.branch != run.branch.ref:
        return  # what comes next names the commits of the branch that HEAD is on
    try:
        texts = [
            text
            for name, commit in branches(run.repository).items()
            if name != run.branch.ref and commit != before.get(name)
            if (text := _new_commits(run, name, commit, before, head.commit))
        ]
    except (pygit2.GitError, KeyError, ValueError):
        return  # history is missing in this clone
    if texts:
        listed = "\n".join(texts)
        pause(
            run,
            "head_moved",
            f"while the step's code ran, commits were made that are not on {run.card.branch}:\n"
            f"{listed}\nmerge what belongs to the step, then `forge resume`, which judges it like"
            " any diff; `forge resume` alone leaves them where they are",
        )


def _new_commits(run: OpenRun, name: str, commit: str, before: Branches, head: str) -> str:
    """Return the new commits of a branch as text, empty if it has none of its own."""
    if git_dir_of_branch(run.repository, name.removeprefix("refs/heads/")) is not None:
        return ""
    known = set(before.values())
    new = []
    for made in run.branch.lacking(commit, head):
        if made.id in known:
            break
        new.append(made)
    if not new or any(made.trailers.get("Forge-Run") for made in new):
        return ""
    short = name.removeprefix("refs/heads/")
    return in_text([f"{short} (`{command_line('git', 'merge', short)}`):", *described(new)])
