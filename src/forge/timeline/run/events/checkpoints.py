"""Events about checkpoints and diffs.

An event never names the commit that holds it: the next one does.
"""

from __future__ import annotations

from typing import ClassVar

from msgspec import field

from forge.timeline.event import Event
from forge.timeline.run.event import RunEvent, without_empty
from forge.timeline.run.state import Proposal, RollbackState, RunState

_MOST_LISTED = 10  # paths in a line
_SHOWN = 10  # characters of a commit id


class CheckpointCreated(RunEvent, frozen=True):
    """A checkpoint is about to be committed; its commit carries the same id as a trailer."""

    type: ClassVar[str] = "checkpoint_created"
    review_kind: ClassVar[str] = "checkpoint"
    checkpoint_id: str
    base_commit: str
    description: str
    scope: list[str] = field(default_factory=list)

    def apply(self, state: RunState, event: Event) -> None:
        state.checkpoints += 1
        work = state.work_of(event.step)
        work.checkpoint_id, work.checkpoint_base = self.checkpoint_id, self.base_commit
        work.checkpoint_seq = event.seq

    def line(self, event: Event) -> str:
        return self.checkpoint_id

    def progress(self, event: Event, state: RunState) -> str:
        return f"checkpoint {self.checkpoint_id}"


class RollbackStarted(RunEvent, frozen=True):
    """A rollback, or the undo of one (`kind`), is about to restore `paths` as at `commit`, before
    step `to` of `run`.

    `snapshot` holds the work tree as it was; `loose` are uncommitted paths of the step under way;
    an undo names the event of the rollback as `of_seq`. `left` are steps that the run carried over,
    each with the run that did it: they stay done. `spared` are files of the user that a hook
    committed with the run's: they stay as they are.

    Of many paths the first ones are listed: `more_paths`, `more_loose` and `more_spared` count the
    others, `entries_sha256` identifies what is committed, the commit `loose_kept` has all loose
    paths.
    """

    type: ClassVar[str] = "rollback_started"
    heading: ClassVar[bool] = True
    kind: str
    run: str
    to: str | None
    base_commit: str
    commit: str
    snapshot: str
    paths: list[str] = field(default_factory=list)
    loose: list[str] = field(default_factory=list)
    of_seq: int = 0
    left: list[dict[str, str]] = field(default_factory=list)
    spared: list[str] = field(default_factory=list)
    more_paths: int = 0
    entries_sha256: str = ""
    more_loose: int = 0
    loose_kept: str = ""
    more_spared: int = 0

    def as_data(self) -> dict[str, object]:
        """Return the fields; those about long lists only if one is cut."""
        more = ("more_paths", "entries_sha256", "more_loose", "loose_kept", "more_spared")
        return without_empty(super().as_data(), *more)

    def apply(self, state: RunState, event: Event) -> None:
        """Nothing else is done until the tree is restored."""
        state.status = "running"
        state.rollback = RollbackState(
            self.kind,
            self.run,
            self.to,
            event.seq,
            self.of_seq,
            self.commit,
            self.snapshot,
            self.loose,
            self.left,
            self.loose_kept,
        )

    def progress(self, event: Event, state: RunState) -> str:
        kept = f"{self.kind} of {self.run}; the files as they are now are kept as"
        text = f"{kept} {self.snapshot[:_SHOWN]}"
        if self.spared:
            spared = _listed(self.spared, self.more_spared)
            text += f"; files of yours that a hook committed with it stay: {spared}"
        return text


class DirtyCaptured(RunEvent, frozen=True):
    """Uncommitted files that are not the run's business; `commit` holds their content.

    Of many paths the first ones are listed; `more_paths` is the number of the others.
    """

    type: ClassVar[str] = "dirty_captured"
    commit: str
    paths: list[str]
    more_paths: int = 0

    def as_data(self) -> dict[str, object]:
        """Return the fields; `more_paths` only if some paths are not listed."""
        return without_empty(super().as_data(), "more_paths")

    def apply(self, state: RunState, event: Event) -> None:
        state.dirty_commit, state.dirty = self.commit, self.paths
        state.more_dirty = self.more_paths

    def progress(self, event: Event, state: RunState) -> str:
        if not self.paths:
            return "no file is uncommitted any more that was so when the run started"
        number, listed = len(self.paths) + self.more_paths, _listed(self.paths, self.more_paths)
        return (
            f"left alone: {number} uncommitted (staged, changed and untracked files were looked at,"
            f" ignored ones were not): {listed}; forge neither commits them nor puts them back; a"
            " hook of yours may commit them"
        )


class CheckpointRestored(RunEvent, frozen=True):
    """The work tree was restored to a checkpoint; `snapshot` holds what was there before.

    `made` is the commit of a rollback, if there was anything to commit. `about` names the question
    whose files were put back, and no others.
    """

    type: ClassVar[str] = "checkpoint_restored"
    review_kind: ClassVar[str] = "restored"
    commit: str
    reason: str
    snapshot: str | None = None
    made: str | None = None
    about: str = ""

    def as_data(self) -> dict[str, object]:
        """Return the fields; `made` only for a rollback that committed something, `about` only
        after a question.
        """
        data = super().as_data()
        if self.made is None:
            del data["made"]
        if not self.about:
            del data["about"]
        return data

    def apply(self, state: RunState, event: Event) -> None:
        rollback, state.rollback = state.rollback, None
        if rollback is not None:
            rollback.made = self.made
            self._finish(rollback, state)
            return
        work = state.work_of(event.step)
        if self.about:
            work.settle(self.about)
            if (question := work.answers.get(self.about)) is not None:
                question.put_back = True
            return
        work.restore_to = None
        work.changed.clear()  # what a check changed is gone with the rest

    def _finish(self, rollback: RollbackState, state: RunState) -> None:
        if rollback.kind == "undo" and state.state_before_rollback is not None:
            state.undo_rollback()
        else:
            state.roll_back(rollback)
        state.commits += [self.made] if self.made else []
        if state.steps:  # an open run pauses, even if the process died in between
            state.status = "paused"
            state.pause = (
                "rolled_back" if rollback.kind == "rollback" else state.pause or "requested"
            )

    def line(self, event: Event) -> str:
        return f"restored {self.commit[:_SHOWN]}: {self.reason}"

    def progress(self, event: Event, state: RunState) -> str:
        kept = str(self.snapshot)[:_SHOWN]
        left = self.reason.partition("; left as they are, ")[2]
        if self.about:
            return f"{self.reason}; kept as {kept}: `git cherry-pick -n {kept}` brings it back"
        text = f"restored {self.commit[:_SHOWN]}; the files as they were are kept as {kept}"
        return f"{text}; left as they are, {left}" if left else text


class DiffProposed(RunEvent, frozen=True):
    """A step's diff with its risk; `diff_sha256` identifies it by status, mode, object and path.

    Of many paths the first ones are listed; `more_files` is the number of the others, and the
    commit `kept` has all of them.
    `found`: neither the runner nor a command made these changes; they were found in the tree.
    """

    type: ClassVar[str] = "diff_proposed"
    review_kind: ClassVar[str] = "diff"
    diff_id: str
    diff_sha256: str
    summary: str
    risk_level: str
    files_changed: list[str]
    out_of_scope: list[str]
    risks: list[str] = field(default_factory=list)
    risk_kinds: list[str] = field(default_factory=list)
    by_runner: bool = True
    runner_commits: list[str] = field(default_factory=list)
    found: bool = False
    more_files: int = 0
    kept: str = ""

    def as_data(self) -> dict[str, object]:
        """Return the fields; `more_files` and `kept` only if some paths are not listed."""
        return without_empty(super().as_data(), "more_files", "kept")

    def apply(self, state: RunState, event: Event) -> None:
        state.diffs += 1
        step = state.step_of(event.step)
        for commits in (state.commits, step.commits if step else []):
            # a diff that is proposed again names the same commits
            commits += [commit for commit in self.runner_commits if commit not in commits]
        proposal = Proposal(
            self.diff_id,
            self.diff_sha256,
            event.seq,
            self.files_changed,
            self.risk_level,
            self.risks,
            self.risk_kinds,
            self.out_of_scope,
            self.by_runner,
            self.found,
            self.kept,
        )
        if step is not None and self.by_runner and not self.found:
            step.touched.update(self.files_changed)
        work = state.work_of(event.step)
        if self.found:
            work.found = proposal
        else:
            work.proposal, work.found = proposal, None

    def line(self, event: Event) -> str:
        return f"{'found: ' if self.found else ''}{self.summary}, risk {self.risk_level}"

    def progress(self, event: Event, state: RunState) -> str:
        found = "changed by neither the runner nor a command: " if self.found else "diff: "
        return f"{found}{self.summary}, risk {self.risk_level}"


class DiffApplied(RunEvent, frozen=True):
    """The step's diff is committed; `commit` is None if nothing changed.

    What the user's hooks did meanwhile: `hook_changed` names the paths that they added or rewrote
    in this commit, `swept` those of them that were uncommitted when the run started, `hook_commits`
    the commits that they made on top. If they replaced the message (`message_changed`), the commit
    is known by its id only.
    `about` is empty for the diff of the step, `found` or `changed:N` for a further commit. Of many
    paths the first ones are listed; `more_hook_changed` and `more_swept` count the others.
    """

    type: ClassVar[str] = "diff_applied"
    review_kind: ClassVar[str] = "commit"
    commit: str | None
    hook_changed: list[str] = field(default_factory=list)
    swept: list[str] = field(default_factory=list)
    hook_commits: list[str] = field(default_factory=list)
    message_changed: bool = False
    about: str = ""
    more_hook_changed: int = 0
    more_swept: int = 0

    def as_data(self) -> dict[str, object]:
        """Return the fields; `about` only for a further commit, the numbers only of cut lists."""
        return without_empty(super().as_data(), "about", "more_hook_changed", "more_swept")

    def apply(self, state: RunState, event: Event) -> None:
        work = state.work_of(event.step)
        if self.about:
            work.settle(self.about)
        else:
            work.applied, work.commit = True, self.commit
            work.changed.clear()
        step = state.step_of(event.step)
        if self.commit:
            if self.commit not in state.commits:
                state.commits.append(self.commit)
            if step and self.commit not in step.commits:
                step.commits.append(self.commit)
            state.hook_commits += self.hook_commits
            if self.message_changed:
                state.without_trailers.append(self.commit)
            if self.swept:
                state.swept[self.commit] = self.swept
                if self.more_swept:
                    state.swept_cut.append(self.commit)
            if notes := self._by_hooks():
                state.by_hooks.append(f"`{self.commit[:_SHOWN]}`: {'; '.join(notes)}")

    def line(self, event: Event) -> str:
        if not self.commit:
            return "nothing changed"
        return "; ".join([f"committed {self.commit[:_SHOWN]}", *self._by_hooks()])

    def progress(self, event: Event, state: RunState) -> str:
        return self.line(event) if self.commit else ""

    def _by_hooks(self) -> list[str]:
        """Return what hooks did, one text for each kind."""
        changed = [path for path in self.hook_changed if path not in self.swept]
        more = self.more_hook_changed - self.more_swept
        notes = [f"a hook added or rewrote {_listed(changed, more)}"] if changed or more else []
        if self.swept:
            notes.append(
                "a hook committed files that were uncommitted when the run started:"
                f" {_listed(self.swept, self.more_swept)}"
            )
        if self.hook_commits:
            made = [commit[:_SHOWN] for commit in self.hook_commits]
            notes.append(f"a hook made commits of its own on top: {_listed(made)}")
        if self.message_changed:
            notes.append(
                "a hook replaced its message, so forge knows it by its id, not by trailers"
            )
        return notes


def _listed(names: list[str], others: int = 0) -> str:
    rest = len(names[_MOST_LISTED:]) + others
    more = [f"and {rest} more"] if rest else []
    return ", ".join([*names[:_MOST_LISTED], *more])
