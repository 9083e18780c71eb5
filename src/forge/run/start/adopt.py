"""`resume --adopt`: goes on with a run of another clone, from the record that was committed when it
paused, or from the live log that came along with a copied folder.
"""

from __future__ import annotations

import shutil

from forge.git.clone import clone_id
from forge.git.commits.identity import identity
from forge.git.commits.stale_locks import require_unlocked
from forge.git.repository import Repository
from forge.records.record import RunRecord
from forge.records.store import live_folder
from forge.run.approvals.subject import resolve_runner, subject_of
from forge.run.engine.context import Context
from forge.run.engine.controls import carry_on, current
from forge.run.engine.executor import commit_pause, go_on
from forge.run.engine.load import RunPlan, open_run
from forge.run.engine.open_run import OpenRun
from forge.run.engine.parts.live_log import create_live
from forge.run.engine.session import writing
from forge.run.processes.signals import Interrupts
from forge.run.start.adoptable import adoptable_run, comes_with_tree
from forge.run.start.approved_plan import require_approval
from forge.run.start.first_events import Options
from forge.run.start.preconditions import require_clean, require_fit, require_no_open_run
from forge.text.command_line import command_line
from forge.timeline.run import events as ev


def adopt(context: Context, record: RunRecord) -> RunRecord:
    """Adopt a run whose committed record ends paused, or whose live log is here, and go on with it.

    What this clone had of the run is set aside. Every refusal is raised before anything is written:
    NotAdoptable, DamagedLog, NotApproved, and those of a new run.
    """
    repository = context.repository
    require_fit(context)
    with writing(context, "adopt") as lock, Interrupts() as interrupts:
        require_no_open_run(context)
        require_unlocked(repository)
        with_tree = comes_with_tree(repository, record)
        if not with_tree:
            require_clean(context)
        adoptable = adoptable_run(repository, record)
        card, plan = adoptable.card, adoptable.plan
        subject = subject_of(repository, plan, context.settings, card.runner)
        again = command_line("forge", "resume", "--adopt", card.run)
        how = require_approval(context, plan, subject, Options(), again).how
        lock.rename(card.run)
        _set_aside(repository, card.run)
        adopted = ev.RunAdopted(record.clone, clone_id(repository))
        approved = ev.ApprovalResolved("ap-0", "approved", "once", how, "plan", subject.sha256)
        first, actor = [(adopted, None), (approved, None)], identity(repository)
        create_live(repository, card, first, actor, context.execution, adoptable.files)
        _, runner = resolve_runner(context.settings, card.runner)
        run = open_run(context, card, interrupts, RunPlan(plan, subject.contract, runner, subject))
        try:
            return _go_on(context, run, with_tree=with_tree)
        finally:
            run.close()


def _go_on(context: Context, run: OpenRun, *, with_tree: bool) -> RunRecord:
    work, step = run.state.work, run.state.step
    uncommitted = not with_tree and ((work.runner and not work.applied) or work.changed)
    if step is not None and uncommitted:  # those changes are only in the other clone's tree
        run.log.append(ev.StepRetried(step.attempt + 1, run.state.last_seq), step=step)
        go_on(run)
        return current(run)
    waits = run.state.waiting is not None and run.state.status == "paused"
    if waits and not context.prompter.present:
        commit_pause(run)
        return current(run)
    return carry_on(run)


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
