"""A plan that is approved and may be executed: read, judged and approved exactly once."""

from __future__ import annotations

from typing import NamedTuple

from msgspec import Struct

from forge.check.gate import Refuse, gate
from forge.check.must_haves.declared import declared_paths
from forge.errors import Interrupted, NotApproved
from forge.git.commits.identity import identity
from forge.git.unkept import Unkept
from forge.planning.names.catalog import Catalog
from forge.planning.names.plan_files import PlanFile
from forge.planning.plan.plan import Plan
from forge.planning.settings import RunnerSettings
from forge.run.approvals import plan_approval, store
from forge.run.approvals.shown import describe
from forge.run.approvals.store import Grant
from forge.run.approvals.subject import Subject, resolve_runner, subject_of
from forge.run.engine.context import Context
from forge.run.engine.load import RunPlan
from forge.run.processes import sandbox
from forge.run.processes.signals import Interrupts
from forge.run.runners.base import find
from forge.run.start.first_events import Options
from forge.run.start.preconditions import BlockedPlan, require_dependencies, require_fit
from forge.text.command_line import forge_command
from forge.text.printable import Text


class ApprovedPlan(Struct, frozen=True):
    """A plan with its runner, what exactly was approved, how, and the findings to record.

    It is handed on to the run, so that what is executed was parsed from the bytes that were
    approved, whatever happens to the file meanwhile.
    """

    plan: Plan
    runner_name: str
    runner: RunnerSettings
    subject: Subject
    how: str
    findings: list[str]

    @property
    def run_plan(self) -> RunPlan:
        """What the run needs of it."""
        return RunPlan(self.plan, self.subject.contract, self.runner, self.subject)


class Approval(NamedTuple):
    """How a plan is approved: by `flag`, `subject`, as `recorded`, or at the `terminal`.

    `shown` are the findings that the user saw with it, as records keep them, if known.
    """

    how: str
    shown: list[str] | None = None


def approve_to_run(context: Context, file: PlanFile, options: Options) -> ApprovedPlan:
    """Return a plan that may be executed as it is. Raises every refusal that does not depend on
    uncommitted changes.
    """
    repository, settings = context.repository, context.settings
    catalog = Catalog(repository.root)
    plan = catalog.load(file)
    decision = gate(plan)
    if isinstance(decision, Refuse):
        raise BlockedPlan(plan, decision.findings)
    name, runner = resolve_runner(settings, options.runner)
    find(name, runner)
    sandbox.require(runner.confinement, repository.root, f"the runner `{name}`")
    sandbox.require(settings.commands, repository.root, "the plan's commands")
    if options.ignore_deps is None:
        require_dependencies(context, catalog, file, plan)
    require_fit(context)
    subject = subject_of(repository, plan, settings, name)
    approval = require_approval(
        context, plan, subject, options, forge_command("execute", plan.path)
    )
    findings = approval.shown
    if findings is None:
        findings = plan_approval.as_recorded(plan_approval.findings_of(repository, plan, settings))
    unkept = Unkept(repository).reasons(declared_paths(plan))
    findings = [
        *(f"{path}: {why}: it will not be proven" for path, why in unkept.items()),
        *findings,
    ]
    return ApprovedPlan(plan, name, runner, subject, approval.how, findings)


def require_approval(
    context: Context, plan: Plan, subject: Subject, options: Options, next_command: str
) -> Approval:
    """Return how a plan is approved; ask the user if it is not. Raises NotApproved.

    `next_command` is what to type after approving it.
    """
    repository = context.repository
    if options.approve:
        _require_unchanged(plan, subject, options)
        return Approval("flag")
    if options.approved is not None:
        if options.approved != subject.sha256:
            raise NotApproved(
                f"the subject of {plan.path} is {subject.sha256}, not {options.approved}",
                "look at what changed, then approve that",
                [forge_command("approve", plan.path, options=["--print"])],
            )
        return Approval("subject")
    if (grant := store.granted(repository, subject)) is not None:
        return Approval("recorded", grant.findings)
    findings = (
        plan_approval.findings_of(repository, plan, context.settings)
        if context.prompter.present
        else []
    )
    if _user_approves(context, describe(plan, subject, findings)):
        shown = plan_approval.as_recorded(findings)
        store.approve(repository, subject, identity(repository), shown)
        return Approval("terminal", shown)
    runner = str(subject.runner["name"])
    raise plan_approval.not_approved(
        repository,
        subject,
        f"nobody has approved {plan.path} as it is now; nothing of it runs before that",
        "look at its steps and commands, then approve them",
        [plan_approval.approve_command(context.settings, plan.path, runner), next_command],
    )


def _require_unchanged(plan: Plan, subject: Subject, options: Options) -> None:
    """Raises NotApproved for a plan that is not what it was when `--approve` was given."""
    if options.subjects is not None and options.subjects.get(plan.path) != subject.sha256:
        raise NotApproved(
            f"{plan.path} is not as it was when --approve was given: it, its runner, limits, scope"
            " or missions changed while other plans ran",
            "look at what changed, then approve that",
            [
                forge_command("approve", plan.path, options=["--print"]),
                forge_command("execute", plan.path, options=["--approve"]),
            ],
        )


def keep_for_run(context: Context, approved: ApprovedPlan, run: str) -> None:
    """Record an approval that was given for one run only, so that this run alone can go on later.

    Raises StorageFailed, SettingsError.
    """
    if approved.how in ("flag", "subject"):
        grant = Grant(approved.how, approved.findings)
        actor = identity(context.repository)
        store.approve_run(context.repository, run, approved.subject, grant, actor)


def _user_approves(context: Context, text: Text) -> bool:
    """Show the user what they would approve, and return the answer. Raises Interrupted."""
    with Interrupts() as interrupts:
        try:
            interrupts.waiting(True)
            return context.prompter.approve(text)
        except Interrupted as error:
            raise Interrupted(error.message, "nothing has begun; call it again") from None
