"""Plans a rollback, or the undo of one: which commits are reverted, and what the tree becomes.

Nothing is changed here. Raises before any effect if work of the user would be lost.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from forge.errors import NoOpenRun, UsageError
from forge.git.commits.record_commit import tree_with
from forge.git.commits.step_commit import entries_between
from forge.git.objects.commit import Commit
from forge.git.repository import Repository
from forge.git.restore.revert import ChangedSince, commits_of, plan_revert
from forge.git.restore.snapshot import Captured, changed_entries, require_unblocked, uncommitted_in
from forge.git.restore.subject import subject_entries
from forge.git.tree_entries import Entry
from forge.records.record import RunRecord, all_runs
from forge.run.engine.actions.restore import is_record
from forge.timeline.run import events as ev
from forge.timeline.run.state import RollbackState, RunState, StepState


@dataclass(frozen=True)
class RollbackTarget:
    """What is to be reverted.

    A `rollback` reverts the commits of `run` from step `to` on, or all of them. An `undo` reverts
    the rollback that `run` announced in event `of_seq`. `loose` are uncommitted paths of the step
    in progress, which are put back too.
    """

    kind: str
    run: str
    to: str | None = None
    of_seq: int = 0
    loose: tuple[str, ...] = ()

    @classmethod
    def of(cls, announced: RollbackState, loose: Collection[str]) -> RollbackTarget:
        return cls(
            announced.kind, announced.run, announced.to, announced.of_seq, tuple(sorted(loose))
        )


@dataclass(frozen=True)
class RollbackPlan:
    """How a target is reached from `head`.

    `entries` are committed, `tree` is what the work tree becomes, and `paths` are all paths
    concerned; they are then as in `commit`. `spared` are files of the user that a hook committed
    with the reverted commits: they stay as they are.
    """

    head: str
    commit: str
    entries: Mapping[str, Entry]
    tree: str
    paths: frozenset[str]
    spared: tuple[str, ...] = ()

    def leaves_alone(self, path: str) -> bool:
        return path not in self.paths


def plan_rollback(
    repository: Repository,
    target: RollbackTarget,
    head: str,
    captured: Captured,
    *,
    started: bool = False,
) -> RollbackPlan:
    """Return how to reach a target; `started` allows that part of it is done already.

    Raises ChangedSince or PathBlocked if work of the user would be lost, UsageError if the commits
    are missing.
    """
    record = find_record(repository, target.run)
    commits, reverted = commits_to_revert(repository, record, target, head)
    swept = _swept(repository, record.state)
    revert = plan_revert(repository, commits, reverted, is_record, swept)
    returning = _set_aside(repository, record, target) if target.kind == "undo" else {}
    problems = list(
        revert.problems(
            repository, head, captured.tree, returning or target.loose, under_way=started
        )
    )
    uncommitted = changed_entries(
        repository, head, captured.tree, lambda path: path not in returning
    )
    problems += [
        f"{path} has uncommitted changes"
        for path, entry in uncommitted.items()
        if entry != returning[path]
    ]
    if problems:
        raise ChangedSince(problems)
    entries = revert.due(repository, head)
    plan = RollbackPlan(
        head,
        revert.target or head,
        entries,
        tree_with(repository, head, {**entries, **returning}),
        frozenset({*revert.before, *target.loose, *returning}),
        tuple(sorted({path for commit in reverted for path in swept.get(commit, ())})),
    )
    require_unblocked(repository, captured.tree, plan.tree, plan.leaves_alone)
    return plan


def find_record(repository: Repository, run: str) -> RunRecord:
    """Return the record of a run. Raises NoOpenRun if it is gone."""
    record = next((record for record in all_runs(repository) if record.card.run == run), None)
    if record is None:
        raise NoOpenRun(f"the record of the run {run} is not here", "see `forge runs`")
    return record


def commits_to_revert(
    repository: Repository, record: RunRecord, target: RollbackTarget, head: str
) -> tuple[list[Commit], set[str]]:
    """Return the commits of a run and of its rollbacks, oldest first, and the ids of those that the
    target reverts.

    Raises UsageError if commits of the run are missing in this history.
    """
    _require_history(repository, record)
    family = _family(repository, target.run)
    on_record = _commits_on_record(record)
    also = {oid for member in family for oid in member.state.commits} | on_record.keys()
    runs = {member.card.run for member in family}
    commits = commits_of(repository, runs, record.card.base_commit, head, also)
    own = [
        commit
        for commit in commits
        if commit.id in on_record or commit.trailers.get("Forge-Run") == target.run
    ]
    if record.state.commits and not own:
        raise UsageError(
            f"the commits of the run {target.run} are not in the history of HEAD",
            f"switch to the branch that has them (it ran on {record.card.branch})",
        )
    seq_of = {commit.id: on_record.get(commit.id) or _announced_at(commit) for commit in own}
    if target.kind == "undo":
        return commits, {commit for commit, seq in seq_of.items() if seq == target.of_seq}
    step = record.state.step_of(target.to)
    start = step.began if step else 0
    return commits, {commit for commit, seq in seq_of.items() if seq >= start}


def steps_of_other_runs(state: RunState, to: str | None) -> list[dict[str, str]]:
    """Return the steps that a rollback to step `to` would cover, but which other runs did: they
    stay.

    If the run did nothing before step `to`, these are all steps that it carried over.
    """
    step, own = state.step_of(to), own_steps(state)
    number = step.number if step and own and own[0].number < step.number else 0
    return [
        {"step": step.id, "run": step.carried_from}
        for step in state.steps
        if step.carried_from is not None and step.number > number
    ]


def own_steps(state: RunState) -> list[StepState]:
    """Return the steps that a run started itself, without those carried over, skipped or rolled
    back.
    """
    return [step for step in state.steps if step.attempt and step.began]


def describe(kind: str, steps: Sequence[Mapping[str, str]], to: str | None) -> str:
    """Return in a few words what is rolled back, for a commit subject."""
    first = steps[0] if steps else {"id": "1", "name": ""}
    step = next((step for step in steps if step["id"] == to), first)
    prefix = "back to before" if kind == "rollback" else "undo of going back to before"
    return f"{prefix} {step['id'].rpartition('/')[2]} — {step['name']}"


def _swept(repository: Repository, state: RunState) -> dict[str, Collection[str]]:
    """Return the files of the user that hooks committed with a run's commits, by commit. Those that
    the record does not list are read from the commit and from what was kept at the start.
    """
    swept: dict[str, Collection[str]] = {**state.swept}
    for commit in state.swept_cut:
        dirty = {*state.dirty, *uncommitted_in(repository, state.dirty_commit)}
        swept[commit] = dirty & entries_between(repository, f"{commit}^", commit).keys()
    return swept


def _require_history(repository: Repository, record: RunRecord) -> None:
    if record.card.base_commit not in repository.objects and repository.is_shallow():
        raise UsageError(
            f"this clone is shallow, and lacks a part of the history of the run {record.card.run}",
            "fetch the rest, then try again",
            ["git fetch --unshallow"],
        )


def _commits_on_record(record: RunRecord) -> dict[str, int]:
    """Return the commits that events name as the work of a step, those that runners made
    themselves included, with the seq of the event; a message hook may have removed their trailers.
    """
    commits: dict[str, int] = {}
    for event in record.reading.events:
        if event.type == ev.DiffProposed.type:
            made = _as_list(event.data.get("runner_commits"))
        elif event.type == ev.DiffApplied.type:
            made = [event.data.get("commit")]
        else:
            continue
        for commit in filter(None, made):
            commits.setdefault(str(commit), event.seq)
    return commits


def _family(repository: Repository, run: str) -> list[RunRecord]:
    """Return the records of a run, its rollbacks, and the undos of those."""
    names, family = {run}, []
    for record in all_runs(repository):
        if record.card.run == run or (
            record.card.kind != "execute" and record.card.prior_run in names
        ):
            names.add(record.card.run)
            family.append(record)
    return family


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _announced_at(commit: Commit) -> int:
    text = commit.trailers.get("Forge-Seq", "")
    return int(text) if text.isdigit() else 0


def _set_aside(
    repository: Repository, record: RunRecord, target: RollbackTarget
) -> dict[str, Entry]:
    """Return the uncommitted paths that the undone rollback set aside in its snapshot."""
    undone = next(
        (rollback for rollback in record.state.rollbacks if rollback.seq == target.of_seq), None
    )
    if undone is None or not undone.loose:
        return {}
    parent, loose = f"{undone.snapshot}^", loose_paths(repository, undone)
    return changed_entries(repository, parent, undone.snapshot, lambda path: path not in loose)


def loose_paths(repository: Repository, rollback: RollbackState) -> set[str]:
    """Return the uncommitted paths that a rollback puts back, those that the record does not list
    included. Raises UsageError if the commit that keeps them is not here.
    """
    if not rollback.loose_kept:
        return {*rollback.loose}
    if rollback.loose_kept not in repository.objects:
        raise UsageError(
            "the uncommitted files that the rollback put back are kept in the clone that it was"
            " made in, and not here",
            "undo it there",
        )
    return {*rollback.loose, *subject_entries(repository, rollback.loose_kept)}
