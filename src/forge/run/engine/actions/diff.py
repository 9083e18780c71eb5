"""The diff of a step: proposed and judged, then committed exactly as it was judged."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec.structs import replace

from forge.check.diff import risk
from forge.errors import GitFailed
from forge.git.commits.changes import Changes
from forge.git.commits.record_commit import HeadMoved
from forge.git.commits.step_commit import (
    Committed,
    Staging,
    entries_between,
    repair_index,
    rewritten_paths,
)
from forge.git.hooks import affect_commits
from forge.git.objects.commit import is_ancestor
from forge.git.restore.subject import subject_entries
from forge.run.engine.actions.action import action
from forge.run.engine.actions.questions import withdraw_if_changed
from forge.run.engine.actions.supervision import reason_to_end, supervised_git
from forge.run.engine.commit_message import message
from forge.run.engine.next_move import Move
from forge.run.engine.open_run import OpenRun
from forge.run.engine.parts.subjects import MOST_LISTED, Subject
from forge.timeline.run import events as ev
from forge.timeline.run.state import Proposal


@action()
def propose(run: OpenRun, move: Move) -> None:
    """Judge what changed since the checkpoint, and record it. The judged index is kept for `apply`
    and for the question about it.
    """
    run.tree.release()
    run.record.require_no_link()
    if (operation := run.repository.in_progress()) is not None:
        _fail(
            run,
            "in_progress",
            f"{operation} is in progress here; finish or abort it, then `forge resume`",
        )
        return
    runner_commits = _runner_commits(run)
    staging = run.tree.stage_to_judge(_base(run, runner_commits))
    if staging.nested:
        run.tree.release()
        _fail(
            run,
            "nested_repository",
            f"{', '.join(staging.nested)}: a git repository of its own, of which nothing can be"
            " committed here; remove it, ignore it, or add it as a submodule and commit that",
        )
    elif not staging.changes.entries and run.state.work.user_repaired:
        # the user changed nothing: what was committed is verified again
        run.tree.release()
        run.log.append(ev.DiffApplied(None), step=run.state.step)
    else:
        proposed = _proposed(run, staging.base, staging.changes, runner_commits)
        run.log.append(proposed, step=run.state.step)


@action(runs_hooks=True)
def apply(run: OpenRun, move: Move) -> None:
    """Commit the proposed diff, and nothing else that is in the tree by now; if its files have
    changed since, propose it again.
    """
    proposal = run.state.work.proposal
    assert proposal is not None
    if run.tree.judged is None and _record_commit_before_crash(run, proposal):
        return
    if run.tree.judged is None:
        run.tree.stage_to_judge(base_of(run), files_of(run, proposal))
    staging = run.tree.judged_as(proposal.sha256)
    if staging is None:
        question = run.state.work.answers.get(f"diff:{proposal.id}")
        if question is None or not withdraw_if_changed(run, question):
            propose(run, move)
        return
    try:
        applied = _commit(run, proposal, staging)
    except HeadMoved:
        raise  # not the step's fault: the run pauses and judges the diff again
    except GitFailed as error:
        run.tree.release()
        if reason_to_end(run) is None:  # otherwise a signal or `forge stop` ended the commit
            _fail(run, "commit", error.message)
        return
    run.tree.release()
    run.log.append(applied, step=run.state.step, with_next=True)


def propose_found(run: OpenRun) -> bool:
    """Propose what is uncommitted and what nobody was asked about; return whether there is any.

    The user may work on while a run waits. What they changed is judged as any diff is: what is in
    scope and of low risk first, so that only the rest is asked about. Raises GitFailed while a
    merge or the like is in progress.
    """
    if not run.tree.unsettled_paths():
        return False
    head = run.branch.head()
    with run.tree.staged(head, settled=True) as staging:
        changes = staging.changes
    if not changes.entries:
        return False
    _require_nothing_in_progress(run)
    if judge(run, changes).risk != "low":
        harmless = _in_scope(run, changes.paths)
        if harmless:
            with run.tree.staged(head, harmless, settled=True) as staging:
                if judge(run, staging.changes).risk == "low":
                    changes = staging.changes
    run.log.append(_proposed(run, head, changes, [], found=True), step=run.state.step)
    return True


@action(runs_hooks=True)
def apply_found(run: OpenRun, move: Move) -> None:
    """Commit changes that were found, exactly as they were judged, as a further commit."""
    proposal = run.state.work.found
    assert proposal is not None
    if _record_commit_before_crash(run, proposal, "found"):
        return
    files = files_of(run, proposal)
    with run.tree.staged(run.branch.head(), files, settled=True) as staging:
        if staging.changes.sha256 == proposal.sha256:
            commit_further(run, staging, proposal.seq, "found")
            return
    question = run.state.work.answers.get(f"found:{proposal.id}")
    if question is not None and withdraw_if_changed(run, question):
        return
    if not propose_found(run):
        run.log.append(ev.DiffApplied(None, about="found"), step=run.state.step)


def commit_further(run: OpenRun, staging: Staging, seq: int, about: str) -> None:
    """Commit a staging as a further commit of the step, announced by event `seq`, and record it.

    A commit that git or a hook refuses is a failure of the step.
    """
    _require_nothing_in_progress(run)
    committed = ev.DiffApplied(None)
    try:
        if staging.changes.entries:
            committed = event_of(run, staging.commit(result_message(run, seq), supervised_git(run)))
    except HeadMoved:
        raise
    except GitFailed as error:
        if reason_to_end(run) is None:
            run.log.append(ev.FailureDetected("commit", error.message), step=run.state.step)
        return
    run.log.append(replace(committed, about=about), step=run.state.step)


def needs_approval(run: OpenRun) -> bool:
    """Return whether the user must approve the proposed diff, by policy and by how the run was
    approved.
    """
    proposal, current = run.state.work.proposal, run.state.step
    if proposal is None or not proposal.files:
        return False
    if not proposal.by_runner or current is None:  # the user's own repair
        return proposal.risk == "high"
    if proposal.out_of_scope or not run.step.edits:
        return True
    policy = run.settings.approvals.diff
    if policy == "never":
        return False
    if run.approved_at_start == "flag":
        return bool({"secret", "limit", "unlisted"} & set(proposal.kinds))
    return policy == "always" or proposal.risk == "high"


def found_needs_approval(run: OpenRun) -> bool:
    """Return whether the user must approve what was found: all but what is in scope and of low
    risk.
    """
    found = run.state.work.found
    always = run.settings.approvals.diff == "always" and run.approved_at_start != "flag"
    return found is not None and (found.risk != "low" or bool(found.out_of_scope) or always)


def result_message(run: OpenRun, seq: int) -> str:
    """Return the message of a commit of the current step's work, announced by event `seq`."""
    current = run.state.step
    if current is None:
        return message(run.card, f"forge({run.card.short_plan}): fixed after the last step", seq)
    trailers: dict[str, str | int] = {"Forge-Step": current.id, "Forge-Attempt": current.attempt}
    if current.work.checkpoint_id:
        trailers["Forge-Checkpoint"] = current.work.checkpoint_id
    return message(run.card, current.name, seq, trailers)


def _fail(run: OpenRun, kind: str, error: str) -> None:
    run.log.append(ev.FailureDetected(kind, error), step=run.state.step)


def base_of(run: OpenRun) -> str:
    """Return the commit that the proposed diff starts at."""
    return _base(run, _runner_commits(run))


def judge(run: OpenRun, changes: Changes) -> risk.Judgement:
    """Return how risky changes are, by the plan, the settings and the missions' contract."""
    return risk.judge(
        changes, run.plan.write_scope, run.plan.announced_deletes, run.settings.scope, run.contract
    )


def _in_scope(run: OpenRun, paths: Sequence[str]) -> list[str]:
    """Return the paths that the plan covers and nothing protects."""
    guarded = set(risk.protected(paths, run.settings.scope.protect))
    return [
        path
        for path in paths
        if run.plan.write_scope.covers(path)
        and path not in guarded
        and not run.contract.against(path)
    ]


def _require_nothing_in_progress(run: OpenRun) -> None:
    """Raise GitFailed while a merge, rebase or the like is in progress: a commit would end it."""
    if (operation := run.repository.in_progress()) is not None:
        raise GitFailed(
            f"{operation} is in progress here", "finish or abort it, then `forge resume`"
        )


def _base(run: OpenRun, runner_commits: list[str]) -> str:
    """Return the commit that the diff starts at; the runner's own commits are part of it."""
    checkpoint = run.state.work.checkpoint_commit if runner_commits else None
    return checkpoint or run.branch.head()


def files_of(run: OpenRun, proposal: Proposal) -> Collection[str] | None:
    """Return all paths of a proposal; None if the record lists only some, and the commit that has
    all of them is not in this clone.
    """
    if not proposal.kept:
        return proposal.files
    if proposal.kept not in run.repository.objects:
        return None
    return subject_entries(run.repository, proposal.kept).keys()


def _proposed(
    run: OpenRun, base: str, changes: Changes, runner_commits: list[str], *, found: bool = False
) -> ev.DiffProposed:
    judgement, identity = judge(run, changes), f"d-{run.state.diffs + 1}"
    more = max(0, len(changes.paths) - MOST_LISTED)
    kept = (
        Subject.of_changes(run.repository, run.card.run, base, changes, f"the diff {identity}").kept
        if more
        else ""
    )
    return ev.DiffProposed(
        identity,
        changes.sha256,
        changes.summary,
        judgement.risk,
        changes.paths[:MOST_LISTED],
        list(judgement.out_of_scope[:MOST_LISTED]),
        list(judgement.reasons[:MOST_LISTED]),
        list(judgement.kinds),
        not run.state.work.settled and not found,
        runner_commits,
        found,
        more,
        kept,
    )


def _runner_commits(run: OpenRun) -> list[str]:
    """Return the commits that a runner made itself since its checkpoint. Raises HeadMoved if it
    rewrote history.
    """
    work, head = run.state.work, run.branch.head()
    if work.checkpoint_commit is None or work.settled:
        return []
    if not is_ancestor(run.repository, work.checkpoint_commit, head):
        checkpoint = work.checkpoint_commit[:12]
        raise HeadMoved(
            f"the runner moved {run.card.branch} away from its checkpoint {checkpoint}",
            f"bring the checkpoint back (`git merge {checkpoint}`, or `git reset --soft` to it,"
            " which leaves the files as they are), then `forge resume`",
        )
    return run.branch.foreign_commits(work.checkpoint_commit)


def _record_commit_before_crash(run: OpenRun, proposal: Proposal, about: str = "") -> bool:
    """Record a commit that was made before a crash, but not recorded; return whether there is
    one. If a hook replaced its message, it is known by the diff that it holds.
    """
    commit, exclude = run.branch.commit_with(Seq=str(proposal.seq)), run.tree.is_own_path
    runner_commits = [] if about else _runner_commits(run)
    unnamed = commit is None and affect_commits(run.repository) and not runner_commits
    if unnamed:
        commit = next(
            (
                candidate
                for candidate in run.branch.foreign_commits()
                if proposal.files
                and not rewritten_paths(
                    run.repository, f"{candidate}^", candidate, exclude, proposal.sha256
                )
            ),
            None,
        )
    if commit is None:
        return False
    repair_index(run.repository, commit)
    base = str(run.state.work.checkpoint_commit) if runner_commits else f"{commit}^"
    changed = rewritten_paths(run.repository, base, commit, exclude, proposal.sha256)
    swept = sorted(
        run.tree.dirty_paths() & entries_between(run.repository, f"{commit}^", commit).keys()
    )
    hooked = Committed(commit, (*changed, *swept), (), unnamed)
    event = replace(event_of(run, hooked), about=about)
    run.log.append(event, step=run.state.step)
    return True


def _commit(run: OpenRun, proposal: Proposal, staging: Staging) -> ev.DiffApplied:
    """Commit the judged diff, unless the runner has."""
    if not proposal.files:
        return ev.DiffApplied(None)
    runner_commits = _runner_commits(run)
    if runner_commits and not _differs_from_head(staging):
        return ev.DiffApplied(runner_commits[-1])
    return event_of(run, staging.commit(result_message(run, proposal.seq), supervised_git(run)))


def event_of(run: OpenRun, made: Committed) -> ev.DiffApplied:
    """Return the event for a commit, with what the user's hooks did."""
    swept = [path for path in made.hook_changed if path in run.tree.dirty_paths()]
    others = [path for path in made.hook_changed if path not in run.tree.dirty_paths()]
    listed = [*others[:MOST_LISTED], *swept[:MOST_LISTED]]
    return ev.DiffApplied(
        made.commit,
        listed,
        swept[:MOST_LISTED],
        list(made.hook_commits),
        made.message_changed,
        more_hook_changed=len(made.hook_changed) - len(listed),
        more_swept=len(swept[MOST_LISTED:]),
    )


def _differs_from_head(staging: Staging) -> bool:
    return bool(staging.copy.git("diff", "--cached", "--name-only", "-z", "HEAD", "--"))
