"""Starting a run: what refuses it, what approves it, and what it carries over from the run before."""

from __future__ import annotations

from forge.check.gate import Refuse, gate
from forge.errors import NotApproved
from forge.git.commits import identity
from forge.planning.catalog import Catalog
from forge.planning.plan import Plan
from forge.planning.plan_files import PlanFile
from forge.run import approvals
from forge.run.approvals import Subject
from forge.run.beginning import Options, first_events, make_card, run_before
from forge.run.carrying import passed_over
from forge.run.controls import current
from forge.run.executor import go_on
from forge.run.holding import Context, open_run, writing
from forge.run.interrupts import Interrupts
from forge.run.open_run import create_live
from forge.run.refusals import BlockedPlan, require_clean, require_dependencies, require_fit, require_no_open_run
from forge.run.runners.base import find
from forge.text.command_line import forge_command
from forge.views.runs import RunRecord


def execute(context: Context, file: PlanFile, options: Options) -> RunRecord:
    """Start a run of a plan and carry it on until it pauses or ends. Every refusal is raised before anything is written."""
    catalog = Catalog(context.repository.root)
    plan = catalog.load(file)
    decision = gate(plan)
    if isinstance(decision, Refuse):
        raise BlockedPlan(plan, decision.findings)
    name, runner = approvals.resolve_runner(context.settings, options.runner)
    find(name, runner)
    if options.ignore_deps is None:
        require_dependencies(context, catalog, file, plan)
    require_fit(context)
    subject = approvals.subject_of(plan, context.settings, options.runner)
    how = approved_how(context, plan, subject, options, forge_command("execute", plan.path))
    with writing(context, "execute") as lock, Interrupts() as interrupts:
        require_no_open_run(context)
        require_clean(context)
        prior = run_before(context.repository, plan)
        over = passed_over(context.repository, plan, prior, options.from_step)
        card = make_card(context, plan, name, subject, how, prior)
        lock.rename(card.run)
        create_live(context.repository, card, first_events(plan, card, options, over), card.actor, context.execution)
        run = open_run(context, card, interrupts)
        try:
            for event in run.first_events:
                context.notify(event, run.state)
            go_on(run)
            return current(run)
        finally:
            run.close()


def approved_how(context: Context, plan: Plan, subject: Subject, options: Options, again: str) -> str:
    """Return how the plan is approved: flag, subject, recorded or terminal; `again` is what to type once it is.

    Raises NotApproved; nothing is written then.
    """
    if options.approve:
        return "flag"
    if options.approved is not None:
        if options.approved != subject.sha256:
            raise NotApproved(
                f"the subject of {plan.path} is {subject.sha256}, not {options.approved}",
                "look at what changed, then approve that", [forge_command("approve", plan.path, "--print")],
            )  # fmt: skip
        return "subject"
    if approvals.is_approved(context.repository, subject):
        return "recorded"
    if context.person.approve(approvals.describe(plan, subject)):
        approvals.approve(context.repository, subject, identity(context.repository))
        return "terminal"
    raise NotApproved(
        f"nobody has approved {plan.path} as it is now; nothing of it runs before that",
        "look at its steps and commands, then approve them",
        [approvals.command(context.settings, plan.path, str(subject.runner["name"])), again],
    )  # fmt: skip
