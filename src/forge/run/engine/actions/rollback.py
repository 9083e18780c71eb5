"""The moves of a rollback, and of the undo of one: announce it behind a snapshot, put the tree
back, commit that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from forge.errors import NoOpenRun, UsageError
from forge.git.commits.record_commit import commit_entries, tree_with
from forge.git.objects.commit import Commit
from forge.git.repository import Repository
from forge.git.restore.revert import ChangedSince, commits_of, plan_revert
from forge.git.restore.snapshot import (
    Captured,
    capture,
    changed_entries,
    keep,
    require_unblocked,
    restore_paths,
)
from forge.git.tree_entries import Entry
from forge.records.card import RUNS
from forge.records.record import RunRecord, all_runs
from forge.run.engine.actions.questions import pause
from forge.run.engine.commit_message import message
from forge.run.engine.next_move import Move
from forge.run.engine.open_run import OpenRun
from forge.timeline.run import events as ev
from forge.timeline.run.state import RollbackState, RunState, StepState


@dataclass(frozen=True)
class Aim:
    """What is to be taken back: what `run` committed from step `to` on, or all of it; or its
    rollback of event `of_seq`.

    `loose` are uncommitted paths that are put back too: those of the step under way.
    """

    kind: str
    run: str
    to: str | None = None
    of_seq: int = 0
    loose: tuple[str, ...] = ()

    @classmethod
    def of(cls, going: RollbackState) -> Aim:
        """Return the aim of a rollback that was announced."""
        return cls(going.kind, going.run, going.to, going.of_seq, tuple(going.loose))


@dataclass(frozen=True)
class Way:
    """How an aim is reached from `head`: what is committed (`due`), the work tree's `tree`, and the
    paths that it concerns.

    `commit` is the one whose files these paths then are again.
    """

    head: str
    commit: str
    due: Mapping[str, Entry]
    tree: str
    paths: frozenset[str]

    def leaves(self, path: str) -> bool:
        """Say whether a path is left alone."""
        return path not in self.paths


def way_back(
    repository: Repository, aim: Aim, head: str, captured: Captured, *, under_way: bool = False
) -> Way:
    """Return how an aim is reached; `under_way` says that a part of the way may be done.

    Raises ChangedSince or PathBlocked if work of the user would be lost, UsageError if the commits
    are missing.
    """
    record = find(repository, aim.run)
    back = plan_revert(repository, *chosen(repository, record, aim, head), is_record)
    again = _put_aside(repository, record, aim) if aim.kind == "undo" else {}
    problems = list(
        back.problems(repository, head, captured.tree, again or aim.loose, under_way=under_way)
    )
    lying = changed_entries(repository, head, captured.tree, lambda path: path not in again)
    problems += [
        f"{path} has uncommitted changes" for path, entry in lying.items() if entry != again[path]
    ]
    if problems:
        raise ChangedSince(problems)
    due = back.due(repository, head)
    tree = tree_with(repository, head, {**due, **again})
    way = Way(head, back.target or head, due, tree, frozenset({*back.before, *aim.loose, *again}))
    require_unblocked(repository, captured.tree, tree, way.leaves)
    return way


def find(repository: Repository, run: str) -> RunRecord:
    """Return the record of a run. Raises NoOpenRun where it is gone."""
    found = next((record for record in all_runs(repository) if record.card.run == run), None)
    if found is None:
        raise NoOpenRun(f"the record of the run {run} is not here", "see `forge runs`")
    return found


def chosen(
    repository: Repository, record: RunRecord, aim: Aim, head: str
) -> tuple[list[Commit], set[str]]:
    """Return the commits of a run and of its rollbacks, oldest first, and the ids of those that an
    aim takes back.

    Raises UsageError where the run's commits are not, or not all, in this history.
    """
    if record.card.base_commit not in repository.objects and repository.is_shallow():
        raise UsageError(
            f"this clone is shallow, and the history of the run {aim.run} is not all in it",
            "bring the rest, then try again",
            ["git fetch --unshallow"],
        )
    by_runner = {
        str(commit): event.seq
        for event in record.reading.events
        if event.type == "diff_proposed"
        for commit in _listed(event.data.get("runner_commits"))
    }
    found = commits_of(
        repository, _family(repository, aim.run), record.card.base_commit, head, by_runner
    )
    mine = [
        commit
        for commit in found
        if commit.id in by_runner or commit.trailers.get("Forge-Run") == aim.run
    ]
    if record.state.commits and not mine:
        raise UsageError(
            f"the commits of the run {aim.run} are not in the history of HEAD",
            f"switch to the branch that has them (it ran on {record.card.branch})",
        )
    numbers = {commit.id: by_runner.get(commit.id, _seq(commit)) for commit in mine}
    if aim.kind == "undo":
        return found, {commit for commit, seq in numbers.items() if seq == aim.of_seq}
    step = record.state.step_of(aim.to)
    return found, {commit for commit, seq in numbers.items() if seq >= (step.began if step else 0)}


def _family(repository: Repository, run: str) -> set[str]:
    """Return a run, its rollbacks, and what undid those."""
    found = {run}
    for record in all_runs(repository):
        if record.card.kind != "execute" and record.card.prior_run in found:
            found.add(record.card.run)
    return found


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _seq(commit: Commit) -> int:
    text = commit.trailers.get("Forge-Seq", "")
    return int(text) if text.isdigit() else 0


def _put_aside(repository: Repository, record: RunRecord, aim: Aim) -> dict[str, Entry]:
    """Return what the rollback that is undone put aside of the step under way, as its snapshot has
    it.
    """
    undone = next((going for going in record.state.rollbacks if going.seq == aim.of_seq), None)
    if undone is None or not undone.loose:
        return {}
    parent = f"{undone.snapshot}^"
    return changed_entries(
        repository, parent, undone.snapshot, lambda path: path not in undone.loose
    )


def is_record(path: str) -> bool:
    """Say whether a path belongs to the records of runs, which are never rolled back."""
    return path.startswith(RUNS + "/")


def announce(run: OpenRun, move: Move) -> None:
    """Announce what a run of this kind does, as its first event says."""
    of_seq = run.option("of_seq")
    begin(
        run,
        Aim(
            run.card.kind,
            str(run.card.prior_run),
            run.option("to") or None,
            int(of_seq) if of_seq.isdigit() else 0,
        ),
    )


def begin(run: OpenRun, aim: Aim) -> None:
    """Keep the work tree in a snapshot, then announce a rollback. If it raises ChangedSince or
    PathBlocked, nothing was written.
    """
    head, captured = run.branch.head(), capture(run.repository)
    way = way_back(run.repository, aim, head, captured)
    run.kept_snapshot = keep(
        run.repository, captured, run.card.run, f"before the {aim.kind} of {aim.run}"
    )
    left = _left(find(run.repository, aim.run).state, aim.to) if aim.kind == "rollback" else []
    run.log.append(
        ev.RollbackStarted(
            aim.kind,
            aim.run,
            aim.to,
            head,
            way.commit,
            run.kept_snapshot,
            sorted(way.paths),
            list(aim.loose),
            aim.of_seq,
            left,
        )
    )


def _left(state: RunState, to: str | None) -> list[dict[str, str]]:
    """Return the steps that stay though they lie in what is taken back, since they were carried
    over: other runs did them.

    Where the run did nothing before step `to`, all that it carried over is named.
    """
    step, own = state.step_of(to), own_steps(state)
    number = step.number if step and own and own[0].number < step.number else 0
    return [
        {"step": each.id, "run": each.carried_from}
        for each in state.steps
        if each.carried_from is not None and each.number > number
    ]


def own_steps(state: RunState) -> list[StepState]:
    """Return the steps that a run began itself: not those that it carried over, left out from the
    start, or took back.
    """
    return [step for step in state.steps if step.attempt and step.began]


def take_back(run: OpenRun, move: Move) -> None:
    """Put the tree back, commit that, and tell; what was done of it before a crash is not done
    again.
    """
    going = run.state.rollback
    assert going is not None
    kept, made = going.snapshot, run.branch.commit_with(Seq=str(going.seq), Rollback=going.run)
    if made is None:
        head, captured = run.branch.head(), capture(run.repository)
        way = way_back(run.repository, Aim.of(going), head, captured, under_way=True)
        if run.kept_snapshot != kept:  # forge died since: what lies there now may be another thing
            kept = keep(
                run.repository,
                captured,
                run.card.run,
                f"before the {going.kind} of {going.run} goes on",
            )
        restore_paths(run.repository, captured.tree, way.tree, way.leaves)
        if way.due:
            subject = (
                run.card.goal
                if run.card.kind != "execute"
                else words(going.kind, run.card.steps, going.to)
            )
            trailers: dict[str, str | int] = {"Forge-Step": going.to} if going.to else {}
            text = message(
                run.card,
                f"forge({run.card.short_plan}): {subject}",
                going.seq,
                {**trailers, "Forge-Rollback": going.run},
            )
            made = commit_entries(run.repository, way.due, text, head, run.branch.ref)
    run.log.append(ev.CheckpointRestored(going.commit, f"{going.kind} of {going.run}", kept, made))
    if run.card.kind == "execute":
        _wait(run, going, kept)


def words(kind: str, steps: Sequence[Mapping[str, str]], to: str | None) -> str:
    """Say in a few words what is taken back."""
    step = next(
        (each for each in steps if each["id"] == to), steps[0] if steps else {"id": "1", "name": ""}
    )
    what = "back to before" if kind == "rollback" else "undo of going back to before"
    return f"{what} {step['id'].rpartition('/')[2]} — {step['name']}"


def _wait(run: OpenRun, going: RollbackState, kept: str) -> None:
    """Pause: where the run stands now is where a person wanted it."""
    if going.kind == "undo":
        pause(run, run.state.pause, run.state.pause_text)
    else:
        pause(
            run,
            "rolled_back",
            f"back to before {going.to}; what lay in the tree is kept as {kept[:10]}",
        )
