"""Starting a run: what refuses it, what approves it, and what it carries over from the run
before.
"""

from __future__ import annotations

from contextlib import ExitStack

from msgspec import Struct
from msgspec.structs import replace

from forge.check.gate import Refuse, gate
from forge.errors import Interrupted, NotApproved
from forge.git import worktrees
from forge.git.commits.identity import identity
from forge.git.commits.stale_locks import require_unlocked
from forge.planning.names.catalog import Catalog
from forge.planning.names.plan_files import PlanFile
from forge.planning.plan.plan import Plan
from forge.planning.settings import PATH as SETTINGS
from forge.records.card import RunCard
from forge.records.record import RunRecord
from forge.records.store import live_folder
from forge.run.approvals import plan_approval
from forge.run.approvals.plan_approval import Subject
from forge.run.engine.context import Context
from forge.run.engine.controls import current
from forge.run.engine.executor import go_on
from forge.run.engine.load import open_run
from forge.run.engine.parts.live_log import FirstEvents, create_live
from forge.run.engine.session import writing
from forge.run.engine.uncommitted import captured
from forge.run.processes.signals import Interrupts
from forge.run.processes.unstarted_worktrees import creation_lock
from forge.run.runners.base import find
from forge.run.start.carry_over import passed_over
from forge.run.start.first_events import Options, first_events, make_card, run_before
from forge.run.start.preconditions import (
    BlockedPlan,
    require_as_committed,
    require_clean,
    require_dependencies,
    require_fit,
    require_no_open_run,
)
from forge.text.command_line import forge_command
from forge.timeline.lock import WriterLock
from forge.timeline.run.events import StepSkipped


class Prepared(Struct, frozen=True):
    """A plan that nothing refuses: with its runner, what was approved of it, how, and what was
    found wrong with it.
    """

    plan: Plan
    runner: str
    subject: Subject
    how: str
    findings: list[str]


def execute(context: Context, file: PlanFile, options: Options) -> RunRecord:
    """Start a run of a plan and carry it on until it pauses or ends. Every refusal is raised before
    anything is written.
    """
    prepared = prepare(context, file, options)
    if options.worktree:
        return _in_a_tree_of_its_own(context, prepared, options)
    with writing(context, "execute") as lock, Interrupts() as interrupts:
        require_no_open_run(context)
        require_unlocked(context.repository)
        dirty = context.repository.dirty()
        if options.allow_dirty:
            require_as_committed(context, prepared.plan.path)
        else:
            require_clean(context, _ways_out(prepared.plan))
        card, over = _card(context, prepared, options)
        lock.rename(card.run)
        first = first_events(prepared.plan, card, options, prepared.findings, over)
        if dirty:
            first.append(
                (
                    captured(context.repository, card.run, sorted({entry.path for entry in dirty})),
                    None,
                )
            )
        return _begin(context, card, first, interrupts)


def _ways_out(plan: Plan) -> list[str]:
    """Return what can be done about uncommitted files."""
    execute = [
        forge_command("execute", plan.path, option) for option in ("--worktree", "--allow-dirty")
    ]
    return ["git add -A && git commit", *execute]


def prepare(context: Context, file: PlanFile, options: Options) -> Prepared:
    """Return a plan that may be executed as it is. Raises what refuses it, but for what lies in the
    work tree.
    """
    catalog = Catalog(context.repository.root)
    plan = catalog.load(file)
    decision = gate(plan)
    if isinstance(decision, Refuse):
        raise BlockedPlan(plan, decision.findings)
    name, runner = plan_approval.resolve_runner(context.settings, options.runner)
    find(name, runner)
    if options.ignore_deps is None:
        require_dependencies(context, catalog, file, plan)
    require_fit(context)
    subject = plan_approval.subject_of(context.repository, plan, context.settings, options.runner)
    how = approved_how(context, plan, subject, options, forge_command("execute", plan.path))
    shown = (
        plan_approval.findings_shown(context.repository, subject)
        if how in ("recorded", "terminal")
        else None
    )
    told = (
        plan_approval.told(plan_approval.findings_of(context.repository, plan))
        if shown is None
        else shown
    )
    return Prepared(plan, name, subject, how, told)


def _card(
    context: Context, prepared: Prepared, options: Options
) -> tuple[RunCard, list[tuple[str, StepSkipped]]]:
    prior = run_before(context.repository, prepared.plan)
    over = passed_over(context.repository, prepared.plan, prior, options.from_step)
    return (
        make_card(context, prepared.plan, prepared.runner, prepared.subject, prepared.how, prior),
        over,
    )


def _begin(
    context: Context, card: RunCard, first: FirstEvents, interrupts: Interrupts
) -> RunRecord:
    create_live(context.repository, card, first, card.actor, context.execution)
    run = open_run(context, card, interrupts)
    try:
        for event in run.log.first_events:
            context.notify(event, run.state)
        go_on(run)
        return current(run)
    finally:
        run.close()


def _in_a_tree_of_its_own(context: Context, prepared: Prepared, options: Options) -> RunRecord:
    """Execute a plan in a linked work tree beside this one, on the branch `forge/<run>`. This one
    may be dirty.
    """
    repository, plan = context.repository, prepared.plan
    require_as_committed(
        context, plan.path, SETTINGS, *(each.path for each in prepared.subject.contract.missions)
    )
    card, over = _card(context, prepared, options)
    card = replace(card, branch=f"forge/{card.run}")
    place = repository.root.with_name(f"{repository.root.name}.forge") / card.run
    lock = creation_lock(repository, card.run)
    with ExitStack() as making:
        making.callback(lock.unlink, missing_ok=True)
        making.enter_context(WriterLock(lock, context.execution, card.run))
        home = worktrees.add(repository, place, card.branch, card.base_commit)
        try:
            context = replace(context, repository=home)
            with writing(context, card.run), Interrupts() as interrupts:
                making.close()
                return _begin(
                    context,
                    card,
                    first_events(plan, card, options, prepared.findings, over),
                    interrupts,
                )
        finally:
            if (
                not live_folder(repository, card.run).exists()
                and not (home.root / card.folder).exists()
            ):
                worktrees.remove(repository, place, card.branch)  # nothing has begun there


def approved_how(
    context: Context, plan: Plan, subject: Subject, options: Options, again: str
) -> str:
    """Return how the plan is approved: flag, subject, recorded or terminal; `again` is what to type
    once it is.

    Raises NotApproved; nothing is written then.
    """
    if options.approve:
        return "flag"
    if options.approved is not None:
        if options.approved != subject.sha256:
            raise NotApproved(
                f"the subject of {plan.path} is {subject.sha256}, not {options.approved}",
                "look at what changed, then approve that",
                [forge_command("approve", plan.path, "--print")],
            )
        return "subject"
    if plan_approval.is_approved(context.repository, subject):
        return "recorded"
    findings = plan_approval.findings_of(context.repository, plan) if context.person.present else []
    if _asked(context, plan_approval.describe(plan, subject, findings)):
        plan_approval.approve(context.repository, subject, identity(context.repository), findings)
        return "terminal"
    raise NotApproved(
        f"nobody has approved {plan.path} as it is now; nothing of it runs before that",
        "look at its steps and commands, then approve them",
        [plan_approval.command(context.settings, plan.path, str(subject.runner["name"])), again],
    )


def _asked(context: Context, text: str) -> bool:
    """Show a person what they would approve, and say whether they do. Raises Interrupted."""
    with Interrupts() as interrupts:
        try:
            interrupts.waiting(True)
            return context.person.approve(text)
        except Interrupted as error:
            raise Interrupted(error.message, "nothing has begun; call it again") from None
