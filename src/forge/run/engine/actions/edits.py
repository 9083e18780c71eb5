"""The moves of a step that changes files: checkpoint, runner, diff, result commit."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from msgspec.structs import asdict

from forge import atomic
from forge.check.diff import risk
from forge.errors import GitFailed, StorageFailed
from forge.git import program
from forge.git.commits.record_commit import HeadMoved, commit_entries, tree_with
from forge.git.commits.step_commit import Staging, repair_index, rewritten_paths
from forge.git.objects.commit import is_ancestor
from forge.git.restore.snapshot import PathBlocked, changed_entries, restore_paths, snapshot
from forge.git.tree_entries import Entry
from forge.planning.plan.plan import Step
from forge.records.card import RUNS
from forge.run.engine.actions.prompt import prompt_for
from forge.run.engine.actions.questions import pause
from forge.run.engine.commit_message import message
from forge.run.engine.next_move import Move
from forge.run.engine.open_run import OpenRun
from forge.run.processes import evidence, pid_file
from forge.run.processes.leftover_files import set_aside, untracked
from forge.run.processes.output import Output
from forge.run.processes.subreaper import run_marker
from forge.run.processes.supervise import Ended, Limits, Outcome, supervise
from forge.run.runners.base import Job, find
from forge.timeline.run import events as ev
from forge.timeline.run.state import StepState


def _step(run: OpenRun) -> tuple[StepState, Step]:
    return run.current, run.plan.steps[run.current.number - 1]


def checkpoint(run: OpenRun, move: Move) -> None:
    """Announce a checkpoint, then commit it. The commit holds only the record; its id is told by
    the next event.
    """
    current, step = _step(run)
    identity = f"cp-{run.state.checkpoints + 1}"
    scope = list(step.files) or list(run.plan.write_scope.paths)
    run.log.append(
        ev.CheckpointCreated(identity, run.branch.head(), f"before {step.id}", scope), step=current
    )
    commit_checkpoint(run)


def commit_checkpoint(run: OpenRun) -> str:
    """Make the commit of the checkpoint that the step's work announced; return its id."""
    current, step = _step(run)
    trailers: dict[str, str | int] = {
        "Forge-Step": step.id,
        "Forge-Attempt": current.attempt,
        "Forge-Checkpoint": str(current.work.checkpoint_id),
    }
    subject = f"forge({run.card.short_plan}): checkpoint before {step.number} — {step.name}"
    run.checkpoint_commit = run.record.commit(subject, trailers)
    return run.checkpoint_commit


def checkpoint_of(run: OpenRun) -> str | None:
    """Return the commit of the current step's checkpoint, made again under the same id if it is
    missing.
    """
    current, step = _step(run)
    work = current.work
    if not step.edits or work.checkpoint_id is None:
        return None
    if work.checkpoint_commit or run.checkpoint_commit:
        return work.checkpoint_commit or run.checkpoint_commit
    return run.branch.commit_with(Checkpoint=work.checkpoint_id) or commit_checkpoint(run)


def call_runner(run: OpenRun, move: Move) -> None:
    """Call the runner, or hand the step to the person."""
    current, step = _step(run)
    commit = checkpoint_of(run)
    job = _job(run, current, step)
    runner = find(run.card.runner, run.runner)
    argv = [_shown(word, job.prompt) for word in runner.argv(run.runner, job)]
    digest = hashlib.sha256(job.prompt.encode("utf-8", "replace")).hexdigest()
    run.log.append(ev.RunnerStarted(run.card.runner, argv, digest, commit), step=current)
    run.checkpoint_commit = None
    if runner.by_hand:
        pause(run, "manual", "\n".join([step.name, step.parts.get("action", "")]).strip())
        return
    before = untracked(run.repository) if run.runner.litter else frozenset()
    finish_runner(run, runner.run(run.runner, job), before)


def finish_runner(run: OpenRun, outcome: Outcome, before: frozenset[str]) -> None:
    """Record how a runner ended, its output as evidence, and set aside what it left behind beside
    what lay there `before`.
    """
    run.on_output(None)
    pid_file.write(run.folder, None)
    if outcome.ended in ("interrupted", "stopped"):
        return  # the step stays in doubt: going on puts it back
    kept = [evidence.keep_output(run.repository, run.card.run, run.folder, outcome.output)]
    code = outcome.exit_code if outcome.ended in ("exit", "result") else outcome.exit_code or 1
    code = code if outcome.success or code or outcome.ended == "result" else 1
    run.output_tail = outcome.summary()
    place = f"{run.card.run}/{run.current.number}-{run.current.attempt}"
    globs, wanted = run.runner.litter, run.plan.write_scope.paths
    litter = (
        set_aside(run.repository, globs, before, wanted, place)
        if globs and run.trusts_git()
        else []
    )
    done = ev.RunnerFinished(
        run.card.runner, code, outcome.duration_ms, outcome.session, outcome.ended, litter
    )
    run.log.append(done, step=run.current, evidence=kept)


def restore(run: OpenRun, move: Move) -> None:
    """Put the tree back to where a step began, behind a snapshot; what is committed since is taken
    back by a commit.
    """
    current, step = _step(run)
    target, head = str(current.work.restore_to), run.branch.head()
    entries = undone(run, target)
    taken = snapshot(run.repository, run.card.run, f"before {step.id} starts over")
    restore_paths(
        run.repository,
        taken,
        tree_with(run.repository, head, entries),
        lambda path: _record(path) or run.tree.is_own_path(path),
    )
    if entries:
        subject = f"forge({run.card.short_plan}): back to before {step.number} — {step.name}"
        text = message(
            run.card,
            subject,
            run.state.last_seq,
            {"Forge-Step": step.id, "Forge-Attempt": current.attempt},
        )
        commit_entries(run.repository, entries, text, head, run.branch.ref)
    run.log.append(ev.CheckpointRestored(target, "the step starts over", taken), step=current)


def undone(run: OpenRun, target: str) -> dict[str, Entry]:
    """Return the paths that the step's commits touched, as `target` has them; what others committed
    since is left alone.

    Raises PathBlocked if another commit touched one of them and it is not as the step left it.
    """
    mine, head = run.current.commits, run.branch.head()
    left = {
        path: commit
        for commit in mine
        for path in changed_entries(run.repository, f"{commit}^", commit, _record)
    }
    for commit in run.branch.foreign_commits(target):
        both = (
            left.keys() & changed_entries(run.repository, f"{commit}^", commit, _record).keys()
            if commit not in mine
            else set()
        )
        for path in sorted(both):
            if path in changed_entries(run.repository, left[path], head, _record):
                by_hand = f"; or mend the step by hand and `forge resume {run.card.run}`" * (
                    run.current.work.restore_to is None
                )
                raise PathBlocked(
                    f"{path} was changed by {commit[:12]} since",
                    f"revert that, then try again{by_hand}",
                )
    found = changed_entries(run.repository, head, target, _record)
    return {path: entry for path, entry in found.items() if path in left}


def _record(path: str) -> bool:
    return path.startswith(RUNS + "/")


def take_manual(run: OpenRun, move: Move) -> None:
    """Take what the person did as the runner's work."""
    run.log.append(ev.RunnerFinished(run.card.runner, 0, 0, None, "person"), step=run.current)


def watcher(run: OpenRun, output: Output | None = None) -> Ended | None:
    """Say whether a running child has to end: a signal came, or another shell asked for a stop. Its
    output is shown.
    """
    if output is not None:
        run.on_output(output)
    if run.interrupts.signal_name:
        return "interrupted"
    return "stopped" if run.requests.pending() == "stop" else None


def _job(run: OpenRun, current: StepState, step: Step) -> Job:
    prompt = prompt_for(run.plan, step, run.state, current, run.contract)
    prompt_file, scope_file = (run.folder / name for name in ("prompt.md", "scope.json"))
    atomic.write(prompt_file, prompt.encode("utf-8", "replace"), durable=False)
    scope = {
        "paths": list(run.plan.write_scope.paths),
        **asdict(run.settings.scope),
        **run.contract.as_data(),
    }
    _keep(scope_file, json.dumps(scope, indent=1).encode())
    variables = {
        **run_marker(run.card.run),
        "FORGE_PLAN_ID": run.card.plan,
        "FORGE_STEP_ID": step.id,
        "FORGE_STEP_INDEX": str(step.number),
        "FORGE_STEP_NAME": step.name,
        "FORGE_ATTEMPT": str(current.attempt),
        "FORGE_PROMPT_FILE": str(prompt_file),
        "FORGE_SCOPE_FILE": str(scope_file),
        "FORGE_PLAN_FILE": os.path.join(run.repository.root, run.plan.path),
    }
    limits = Limits(
        run.runner.timeout or run.settings.limits.step_timeout or None,
        run.settings.limits.idle_timeout or None,
    )
    output = evidence.capture(run.folder, run.settings.limits.evidence_bytes)
    return Job(
        run.repository.root,
        prompt,
        prompt_file,
        variables,
        limits,
        output,
        lambda: watcher(run, output),
        lambda process: pid_file.write(run.folder, process),
        current.session,
        run.contract.allowed_tools,
    )


def _keep(path: Path, data: bytes) -> None:
    """Write a file, where it is not there already as it has to be."""
    with contextlib.suppress(OSError):
        if path.read_bytes() == data:
            return
    atomic.write(path, data, durable=False)


def _shown(word: str, prompt: str) -> str:
    return word.replace(prompt, "{prompt}") if prompt else word


def propose(run: OpenRun, move: Move) -> None:
    """Judge everything that changed since the checkpoint and record it; the index that was judged
    stays at hand.
    """
    run.tree.release()
    run.record.require_no_link()
    current = run.state.step
    if (operation := run.repository.in_progress()) is not None:
        failed = ev.FailureDetected(
            "in_progress",
            f"{operation} is in progress here; finish or abort it, then `forge resume`",
        )
        run.log.append(failed, step=current)
        return
    foreign = _runner_commits(run)
    base = run.state.work.checkpoint_commit if foreign else None
    staging = run.tree.stage_to_judge(base or run.branch.head())
    changes = staging.changes
    if staging.nested:
        run.tree.release()
        text = (
            f"{', '.join(staging.nested)}: a git repository of its own, of which nothing can be"
            " committed here; "
        )
        failed = ev.FailureDetected(
            "nested_repository",
            text + "remove it, ignore it, or add it as a submodule and commit that",
        )
        run.log.append(failed, step=current)
        return
    if not changes.entries and run.state.work.user_repaired:
        run.tree.release()
        run.log.append(
            ev.DiffApplied(None), step=current
        )  # nothing was mended by hand: what was committed is verified again
        return
    plan, limits = run.plan, run.settings.scope
    judgement = risk.judge(changes, plan.write_scope, plan.announced_deletes, limits, run.contract)
    proposed = ev.DiffProposed(
        f"d-{run.state.diffs + 1}",
        changes.sha256,
        changes.summary,
        judgement.risk,
        changes.paths,
        list(judgement.out_of_scope),
        list(judgement.reasons),
        list(judgement.kinds),
        not run.state.work.settled,
        foreign,
    )
    run.log.append(proposed, step=current)


def _runner_commits(run: OpenRun) -> list[str]:
    """Return the commits that a runner made by itself since its checkpoint. Raises HeadMoved where
    history was rewritten.
    """
    work, head = run.state.work, run.branch.head()
    if work.checkpoint_commit is None or work.settled:
        return []
    if not is_ancestor(run.repository, work.checkpoint_commit, head):
        raise HeadMoved(
            f"the runner moved {run.card.branch} away from its checkpoint"
            f" {work.checkpoint_commit[:12]}",
            f"bring the checkpoint back (`git merge {work.checkpoint_commit[:12]}`, or `git reset"
            " --soft` to it, which leaves the files as they are), then `forge resume`",
        )
    return run.branch.foreign_commits(work.checkpoint_commit)


def apply(run: OpenRun, move: Move) -> None:
    """Commit what was proposed; where the tree is another one by now, it is proposed anew."""
    current, proposal = run.state.step, run.state.work.proposal
    assert proposal is not None
    done = run.branch.commit_with(Seq=str(proposal.seq)) if run.tree.judged is None else None
    if done is not None:  # made before a crash, and not yet told
        repair_index(run.repository, done)
        base = str(run.state.work.checkpoint_commit) if _runner_commits(run) else f"{done}^"
        rewritten = rewritten_paths(
            run.repository, base, done, run.tree.is_own_path, proposal.sha256
        )
        run.log.append(ev.DiffApplied(done, rewritten), step=current)
        return
    staging = _staging_of(run, proposal.sha256)
    if staging is None:
        propose(run, move)
        return
    try:
        theirs = _runner_commits(run)
        if not proposal.files or (theirs and _all_committed(staging)):
            commit, hook_changed = (theirs[-1] if proposal.files else None), list[str]()
        else:
            commit, hook_changed = staging.commit(
                result_message(run, proposal.seq), supervised_git(run)
            )
    except HeadMoved:
        raise  # no fault of the step's: the run pauses, and judges the diff anew
    except GitFailed as error:
        run.tree.release()
        if watcher(run) is not None:
            # it was ended by a signal or by `forge stop`, not by itself: the diff is still to be
            # applied
            return
        run.log.append(ev.FailureDetected("commit", error.message), step=current)
        return
    run.tree.release()
    run.log.append(ev.DiffApplied(commit, hook_changed), step=current, with_next=True)


def supervised_git(run: OpenRun) -> program.Attempt:
    """Return a way to run git that hooks cannot hold up for ever: it is on record, and ends with
    the run.
    """

    def attempt(
        where: Path, *words: str, stdin: bytes, env: Mapping[str, str]
    ) -> subprocess.CompletedProcess[bytes]:
        output = Output(run.settings.limits.evidence_bytes)
        argv, env = (
            program.command(*words),
            program.environment({**env, **run_marker(run.card.run)}),
        )
        limits = Limits(
            run.settings.limits.step_timeout or None, linger=True
        )  # git tidies up behind a commit (gc.auto)
        outcome = supervise(
            argv,
            where,
            env,
            output,
            limits,
            stdin=stdin,
            watch=lambda: watcher(run),
            started=lambda process: pid_file.write(run.folder, process),
        )
        with contextlib.suppress(StorageFailed):
            pid_file.write(run.folder, None)
        code = 0 if outcome.success else outcome.exit_code or 1
        return subprocess.CompletedProcess(argv, code, b"", outcome.summary().encode())

    return attempt


def _staging_of(run: OpenRun, sha256: str) -> Staging | None:
    """Return the index that was judged; one made anew where that is gone; None where the tree
    changed since.
    """
    if run.tree.judged is None:
        base = run.state.work.checkpoint_commit if _runner_commits(run) else None
        run.tree.stage_to_judge(base or run.branch.head())
    return run.tree.judged_as(sha256)


def _all_committed(staging: Staging) -> bool:
    """Say whether the runner's own commits hold all of it already."""
    return not staging.copy.git("diff", "--cached", "--name-only", "-z", "HEAD", "--")


def result_message(run: OpenRun, seq: int) -> str:
    """Return the message of a result commit."""
    current = run.state.step
    if current is None:
        return message(run.card, f"forge({run.card.short_plan}): mended behind the last step", seq)
    trailers: dict[str, str | int] = {"Forge-Step": current.id, "Forge-Attempt": current.attempt}
    if current.work.checkpoint_id:
        trailers["Forge-Checkpoint"] = current.work.checkpoint_id
    return message(run.card, current.name, seq, trailers)


def needs_yes(run: OpenRun) -> bool:
    """Say whether the proposed diff has to be approved by a person, by policy and by how the run
    was started.
    """
    proposal, current = run.state.work.proposal, run.state.step
    if proposal is None or not proposal.files or not proposal.by_runner or current is None:
        return False
    if proposal.out_of_scope or not run.plan.steps[current.number - 1].edits:
        return True
    policy = run.settings.approvals.diff
    if policy == "never":
        return False
    if run.option("approve"):
        return bool({"secret", "limit", "unlisted"} & set(proposal.kinds))
    return policy == "always" or proposal.risk == "high"
