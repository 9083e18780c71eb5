"""`forge execute`: starts a run of a plan, in this work tree or in one of its own."""

from __future__ import annotations

from contextlib import ExitStack

from msgspec.structs import replace

from forge.git import worktrees
from forge.git.commits.stale_locks import require_unlocked
from forge.planning.names.plan_files import PlanFile
from forge.planning.plan.plan import Plan
from forge.planning.settings import PATH as SETTINGS
from forge.records.card import RunCard
from forge.records.record import RunRecord
from forge.records.store import live_folder
from forge.run.engine.context import Context
from forge.run.engine.controls import current
from forge.run.engine.executor import go_on
from forge.run.engine.load import RunPlan, open_run
from forge.run.engine.parts.live_log import FirstEvents, create_live
from forge.run.engine.session import writing
from forge.run.engine.uncommitted import captured
from forge.run.processes.signals import Interrupts
from forge.run.processes.unstarted_worktrees import creation_lock, new_branch
from forge.run.start.approved_plan import ApprovedPlan, approve_to_run, keep_for_run
from forge.run.start.carry_over import passed_over
from forge.run.start.first_events import Options, first_events, make_card, run_before
from forge.run.start.preconditions import require_as_committed, require_clean, require_no_open_run
from forge.text.command_line import forge_command
from forge.timeline.lock import WriterLock


def execute(context: Context, file: PlanFile, options: Options) -> RunRecord:
    """Start a run of a plan, and carry it on until it pauses or ends.

    Every refusal is raised before anything is written.
    """
    approved = approve_to_run(context, file, options)
    if options.worktree:
        return _execute_in_own_tree(context, approved, options)
    with writing(context, "execute") as lock, Interrupts() as interrupts:
        require_no_open_run(context)
        require_unlocked(context.repository)
        dirty = sorted({entry.path for entry in context.repository.dirty()})
        if options.allow_dirty:
            require_as_committed(context, approved.plan.path)
        else:
            require_clean(context, _ways_out(approved.plan))
        card, first = _card_and_events(context, approved, options)
        lock.rename(card.run)
        if dirty:
            first = [*first, (captured(context.repository, card.run, dirty), None)]
        keep_for_run(context, approved, card.run)
        return _begin(context, card, first, approved.run_plan, interrupts)


def _ways_out(plan: Plan) -> list[str]:
    """Return the commands that help with uncommitted files."""
    execute = [
        forge_command("execute", plan.path, options=[option])
        for option in ("--worktree", "--allow-dirty")
    ]
    return ["git add -A && git commit", *execute]


def _card_and_events(
    context: Context, approved: ApprovedPlan, options: Options
) -> tuple[RunCard, FirstEvents]:
    plan = approved.plan
    prior = run_before(context.repository, plan)
    passed = passed_over(context.repository, plan, prior, options.from_step)
    card = make_card(context, plan, approved.runner_name, approved.subject, approved.how, prior)
    return card, first_events(plan, card, options, approved.findings, passed)


def _begin(
    context: Context, card: RunCard, first: FirstEvents, run_plan: RunPlan, interrupts: Interrupts
) -> RunRecord:
    create_live(context.repository, card, first, card.actor, context.execution)
    run = open_run(context, card, interrupts, run_plan)
    try:
        for event in run.log.first_events:
            context.notify(event, run.state)
        go_on(run)
        return current(run)
    finally:
        run.close()


def _execute_in_own_tree(context: Context, approved: ApprovedPlan, options: Options) -> RunRecord:
    """Execute a plan in a linked work tree next to this one, on the branch `forge/<run>`. This work
    tree may have uncommitted changes.
    """
    repository = context.repository
    missions = [mission.path for mission in approved.subject.contract.missions]
    require_as_committed(context, approved.plan.path, SETTINGS, *missions)
    card, first = _card_and_events(context, approved, options)
    card = replace(card, branch=new_branch(repository, card.run))
    root = repository.root.with_name(f"{repository.root.name}.forge") / card.run
    lock = creation_lock(repository, card.run)
    with ExitStack() as creation:
        creation.callback(lock.unlink, missing_ok=True)
        creation.enter_context(WriterLock(lock, context.execution, card.run))
        home = worktrees.add(repository, root, card.branch, card.base_commit)
        try:
            context = replace(context, repository=home)
            with writing(context, card.run), Interrupts() as interrupts:
                creation.close()
                keep_for_run(context, approved, card.run)
                return _begin(context, card, first, approved.run_plan, interrupts)
        finally:
            started = (
                live_folder(repository, card.run).exists() or (home.root / card.folder).exists()
            )
            if not started:
                worktrees.remove(repository, root, card.branch)
