"""The branch of an open run: its commits, and the commits of others on it."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from forge.git.commits.record_commit import HeadMoved
from forge.git.objects.commit import Commit, commits_between, exists, first_parents, is_ancestor
from forge.git.repository import Head, Repository
from forge.records.card import RunCard
from forge.run.engine.commit_message import subject_line
from forge.text.path_list import cut
from forge.timeline.run.state import RunState

_LISTED = 10


def described(commits: Sequence[Commit]) -> list[str]:
    """Return commits, newest first, as lines for the user; a long list is cut and counted."""
    lines = [f"{commit.id[:10]} {subject_line(commit.subject)}" for commit in commits]
    return cut(lines, _LISTED)


class RunBranch:
    """Answers questions about the branch that a run commits to."""

    def __init__(self, repository: Repository, card: RunCard, state: RunState) -> None:
        self._repository = repository
        self._card = card
        self._state = state

    @property
    def ref(self) -> str:
        """The full ref that the run's commits go to; follows a branch that was renamed."""
        return self._ref(self._repository.head())

    def _ref(self, head: Head) -> str:
        on_card = f"refs/heads/{self._card.branch}"
        if (
            head.branch in (on_card, None)
            or head.commit is None
            or self._repository.commit_of(on_card) is not None
        ):
            return on_card
        commits = self._state.commits
        newest = commits[-1] if commits else self._card.base_commit
        renamed = is_ancestor(self._repository, newest, head.commit)
        return str(head.branch) if renamed else on_card

    def head(self) -> str:
        """Return HEAD's commit. Raises HeadMoved if HEAD is not on the run's branch, or if the
        run's newest commit is gone from the repository; a run that has ended is closed all the
        same.
        """
        head = self._repository.head()
        if not self._state.ended and not exists(self._repository, self.newest_commit):
            raise _history_gone(self.newest_commit)
        if head.commit is not None and head.branch == self._ref(head):
            return head.commit
        branch = shlex.quote(self._card.branch)
        problem = (
            f"HEAD is {f'on {head.short}' if head.branch else 'detached'}, the run is on"
            f" {self._card.branch}"
        )
        if (here := self._repository.commit_of(self.ref)) is not None:
            raise self._on_another_branch(head, here, problem)
        if not exists(self._repository, self.newest_commit):
            raise HeadMoved(
                f"the history of this repository is gone, and {head.short} is not the run's branch",
                f"bring `.git` back from a backup; or make a commit on {self._card.branch}, then"
                " `forge resume`",
            )
        hint = (
            f"`git branch {branch} {self.newest_commit}` brings it back; switch to it, then `forge"
            " resume`"
        )
        if head.branch == self.ref:
            problem = f"the branch {self._card.branch} is gone"
        raise HeadMoved(problem, hint)

    def _on_another_branch(self, head: Head, here: str, problem: str) -> HeadMoved:
        """Return the error for a HEAD that is elsewhere: it names commits that the run's branch
        lacks, and a way back that does not leave them behind.
        """
        branch = shlex.quote(self._card.branch)
        lacking = self.lacking(head.commit, here)
        if not lacking:
            return HeadMoved(problem, f"`git switch {branch}`, then `forge resume`")
        other = shlex.quote(head.short) if head.branch else lacking[0].id[:12]
        forward = is_ancestor(self._repository, here, str(head.commit))
        merge = "git merge --ff-only" if forward else "git merge"
        return HeadMoved(
            [
                f"{problem}; these commits are there, and not on {self._card.branch}:",
                *described(lacking),
            ],
            f"`git switch {branch} && {merge} {other}` takes them over, then `forge resume` judges"
            f" them like any diff; `git switch {branch}` alone leaves them behind",
        )

    def lacking(self, commit: str | None, here: str) -> list[Commit]:
        """Return the commits that another commit has and `here` has not, newest first."""
        if commit is None or is_ancestor(self._repository, commit, here):
            return []
        return list(commits_between(self._repository, here, commit))[::-1]

    @property
    def newest_commit(self) -> str:
        """The newest commit in the run's events, or the commit that the run started on."""
        return self._state.newest_commit or self._card.base_commit

    def foreign_commits(self, since: str | None = None) -> list[str]:
        """Return the commits of others after the newest commit of this run, oldest first.

        With `since`, return those after that commit instead. If `since` was merged in, it is not on
        the first-parent line; then the search ends at the first commit that `since` contains.
        """
        foreign = []
        for commit in first_parents(self._repository, self.head(), since or self._card.base_commit):
            own = self._is_own(commit)
            if since is None and commit.id in self._state.hook_commits:
                continue  # on record: the user was told
            contained = since and not own and is_ancestor(self._repository, commit.id, since)
            if (own and since is None) or contained:
                break
            if not own:
                foreign.append(commit.id)
        return foreign[::-1]

    def _is_own(self, commit: Commit) -> bool:
        """Return whether a commit is this run's: by its id on record, or by its trailer."""
        named = commit.trailers.get("Forge-Run") == self._card.run
        return named or commit.id in self._state.without_trailers

    def commit_with(self, **trailers: str) -> str | None:
        """Return this run's newest commit with the given `Forge-…` trailers, or None."""
        wanted = {f"Forge-{name.replace('_', '-')}": value for name, value in trailers.items()}
        wanted["Forge-Run"] = self._card.run
        for commit in first_parents(self._repository, self.head(), self._card.base_commit):
            if all(commit.trailers.get(name) == value for name, value in wanted.items()):
                return commit.id
        return None


def _history_gone(commit: str) -> HeadMoved:
    """Return the error for a repository that was made anew, or lost a part of its history."""
    return HeadMoved(
        f"the commit {commit[:12]} of this run is not in this repository: its history was removed"
        " or rewritten",
        "bring it back (fetch it, or `.git` from a backup), then `forge resume`; or `forge stop`"
        " ends the run here",
    )
