"""`resume --adopt`: goes on with a run of another clone, from the record that was committed when it
paused.
"""

from __future__ import annotations

import contextlib
import shutil

from forge.errors import DamagedLog, ForgeError, GitFailed
from forge.git.clone import clone_id
from forge.git.commits.identity import identity
from forge.git.commits.stale_locks import require_unlocked
from forge.git.objects.commit import blob_data, is_ancestor, names_in
from forge.git.objects.tree import RevisionTree, Unreadable
from forge.git.repository import Repository
from forge.planning.plan.plan import Plan
from forge.records.card import RunCard
from forge.records.record import RunRecord
from forge.records.store import live_folder
from forge.run.approvals import plan_approval
from forge.run.engine.context import Context
from forge.run.engine.controls import carry_on, current
from forge.run.engine.executor import commit_pause, go_on
from forge.run.engine.load import RunPlan, open_run
from forge.run.engine.open_run import OpenRun
from forge.run.engine.parts.live_log import create_live
from forge.run.engine.plan_unchanged import has_approved_text, plan_of
from forge.run.engine.session import writing
from forge.run.processes.evidence import FOLDER
from forge.run.processes.signals import Interrupts
from forge.run.start.approved_plan import require_approval
from forge.run.start.first_events import Options
from forge.run.start.preconditions import require_clean, require_fit, require_no_open_run
from forge.text.command_line import forge_command
from forge.timeline import log
from forge.timeline.run import events as ev
from forge.timeline.run import fold
from forge.timeline.run.state import RunState

_FROM_HISTORY = "nothing was changed; bring an undamaged version back from its history"
_LISTED_COMMITS = 5


class NotAdoptable(ForgeError):
    """The committed record of a run of another clone does not allow to go on with it here."""

    kind = "not_adoptable"


def adopt(context: Context, record: RunRecord) -> RunRecord:
    """Adopt a run whose committed record ends paused, and go on with it.

    What this clone had of the run is set aside. Every refusal is raised before anything is written:
    NotAdoptable, DamagedLog, NotApproved, and those of a new run.
    """
    repository = context.repository
    require_fit(context)
    with writing(context, "adopt") as lock, Interrupts() as interrupts:
        require_no_open_run(context)
        require_unlocked(repository)
        require_clean(context)
        card, files = _committed_files(repository, record)
        _require_commits(repository, card, _paused_state(card, files["timeline.jsonl"]))
        plan = _unchanged_plan(repository, card)
        subject = plan_approval.subject_of(repository, plan, context.settings, card.runner)
        again = f"forge resume --adopt {card.run}"
        how = require_approval(context, plan, subject, Options(), again).how
        lock.rename(card.run)
        _set_aside(repository, card.run)
        adopted = ev.RunAdopted(record.clone, clone_id(repository))
        approved = ev.ApprovalResolved("ap-0", "approved", "once", how, "plan", subject.sha256)
        first, actor = [(adopted, None), (approved, None)], identity(repository)
        create_live(repository, card, first, actor, context.execution, files)
        _, runner = plan_approval.resolve_runner(context.settings, card.runner)
        run = open_run(context, card, interrupts, RunPlan(plan, subject.contract, runner))
        try:
            return _go_on(context, run)
        finally:
            run.close()


def _go_on(context: Context, run: OpenRun) -> RunRecord:
    work, step = run.state.work, run.state.step
    uncommitted = (work.runner and not work.applied) or work.changed
    if step is not None and uncommitted:  # those changes are only in the other clone's tree
        run.log.append(ev.StepRetried(step.attempt + 1, run.state.last_seq), step=step)
        go_on(run)
        return current(run)
    if run.state.waiting is not None and not context.prompter.present:
        commit_pause(run)
        return current(run)
    return carry_on(run)


def _committed_files(repository: Repository, record: RunRecord) -> tuple[RunCard, dict[str, bytes]]:
    """Return a run's card, and its files in HEAD by name, evidence included. Raises DamagedLog."""
    tree, folder = RevisionTree(repository, "HEAD"), record.card.folder
    try:
        files = {name: tree.read(f"{folder}/{name}") for name in ("run.yaml", "timeline.jsonl")}
        card = RunCard.decode(f"{folder}/run.yaml", files["run.yaml"])
    except (Unreadable, ValueError) as error:
        raise DamagedLog(
            f"the committed record of {record.card.run} cannot be read: {error}",
            "nothing was changed",
        ) from error
    for name in names_in(repository, str(repository.head().commit), f"{folder}/{FOLDER}"):
        with contextlib.suppress(Unreadable):  # `forge replay` reports missing evidence
            files[f"{FOLDER}/{name}"] = tree.read(f"{folder}/{FOLDER}/{name}")
    return card, files


def _paused_state(card: RunCard, lines: bytes) -> RunState:
    """Return the state of a committed timeline. Raises DamagedLog, and NotAdoptable unless it ends
    paused.
    """
    reading = log.read(lines)
    first = reading.events[0] if reading.events else None
    problem = reading.problem or ("its last line is torn" if reading.torn else "")
    if first is None or first.type != ev.MissionStarted.type or first.run != card.run:
        problem = problem or "it does not begin with this run's mission_started"
    if problem:
        raise DamagedLog(
            f"the committed timeline of {card.run} is damaged: {problem}", _FROM_HISTORY
        )
    state = fold.fold(card.run, card.steps, reading.events)
    if state.status != "paused":
        raise NotAdoptable(
            f"the committed record of {card.run} does not end paused, but {state.status}: another"
            " forge may be at work on it",
            "pause it in its own clone (`forge pause`), push, fetch, then adopt it",
            [forge_command("timeline", card.run)],
        )
    return state


def _require_commits(repository: Repository, card: RunCard, state: RunState) -> None:
    """Raises NotAdoptable if HEAD lacks commits of the run, or is on another branch."""
    head = repository.head()
    missing = [
        commit
        for commit in (card.base_commit, *state.commits)
        if not is_ancestor(repository, commit, str(head.commit))
    ]
    if missing:
        listed = ", ".join(commit[:12] for commit in missing[:_LISTED_COMMITS])
        raise NotAdoptable(
            f"{head.short} does not hold the commits of {card.run}: {listed}",
            f"fetch the branch {card.branch} and switch to it, then adopt the run",
        )
    if head.short != card.branch and repository.commit_of(f"refs/heads/{card.branch}") is not None:
        raise NotAdoptable(
            f"HEAD is on {head.short}, the run is on {card.branch}",
            "switch to that branch, then adopt the run",
        )


def _unchanged_plan(repository: Repository, card: RunCard) -> Plan:
    """Return the plan that the run began with. Raises NotAdoptable if its file has changed."""
    try:
        blob = blob_data(repository, card.plan_blob)
        data = (repository.root / card.plan_path).read_bytes()
    except (GitFailed, OSError) as error:
        raise NotAdoptable(
            f"{card.plan_path} cannot be read: {error}", "bring the plan of the run back"
        ) from error
    if not has_approved_text(blob, card) or not has_approved_text(data, card):
        raise NotAdoptable(
            f"{card.plan_path} is not the plan that {card.run} began with",
            "stop the run in its own clone, then execute the plan",
        )
    return plan_of(repository, card)


def _set_aside(repository: Repository, run: str) -> None:
    """Move what this clone still has of a run out of the way."""
    live = live_folder(repository, run)
    if not live.exists():
        return
    folder = repository.forge_dir / "torn"
    folder.mkdir(parents=True, exist_ok=True)
    number = 1
    while (folder / f"{run}-{number}").exists():
        number += 1
    shutil.move(live, folder / f"{run}-{number}")
