"""Starting a run: what refuses it, what approves it, and the card and first events that it begins with."""

from __future__ import annotations

import shlex
import sys
from dataclasses import dataclass

from forge.check.gate import Refuse, gate
from forge.errors import (
    DirtyTree,
    ForgeError,
    NotApproved,
    RepositoryError,
    RunOpen,
    UnmetDependency,
    UsageError,
)
from forge.git import program
from forge.git.clone import clone_id
from forge.git.commits import identity
from forge.git.repository import Repository
from forge.git.tree import RevisionTree
from forge.planning.catalog import Catalog, PlanFile
from forge.planning.dependencies import dependencies
from forge.planning.plan import Plan
from forge.planning.plan_index import PlanIndex
from forge.planning.run_card import RUNS, RunCard
from forge.run import approvals
from forge.run.approvals import Subject
from forge.run.controls import current
from forge.run.executor import go_on
from forge.run.holding import Context, open_run, writing
from forge.run.interrupts import Interrupts
from forge.run.open_run import create_live
from forge.run.runners.base import find
from forge.text.command_line import forge_command
from forge.text.finding import Finding
from forge.timeline import events as ev
from forge.timeline.ids import now, run_id
from forge.views.completion import is_done
from forge.views.runs import RunRecord, all_runs, open_runs


class BlockedPlan(ForgeError):
    """A plan with findings that refuse a run."""

    kind = "blocked_plan"
    exit_code = 1

    def __init__(self, plan: Plan, findings: tuple[Finding, ...]) -> None:
        listed = "\n".join(f"  {item.path}:{item.line}:{item.column}: {item.rule} {item.message}" for item in findings[:20])
        super().__init__(f"{plan.path} cannot be executed:\n{listed}", findings[0].hint, [forge_command("validate", plan.path)])
        self.findings = list(findings)


@dataclass(frozen=True)
class Options:
    """How `forge execute` was called."""

    runner: str | None = None
    approve: bool = False
    approved: str | None = None
    no_checks: str | None = None
    ignore_deps: str | None = None


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
    how = approved_how(context, plan, subject, options)
    with writing(context, "execute") as lock, Interrupts() as interrupts:
        require_no_open_run(context)
        require_clean(context)
        card = make_card(context, plan, name, subject, how)
        lock.rename(card.run)
        first = first_events(context, plan, card, subject, how, options)
        create_live(context.repository, card, first, card.actor, context.execution)
        run = open_run(context, card, interrupts)
        try:
            for event in run.first_events:
                context.notify(event, run.state)
            go_on(run)
            return current(run)
        finally:
            run.close()


def require_fit(context: Context) -> None:
    """Raises RepositoryError for a system or a state of the repository that forge does not execute plans in."""
    repository = context.repository
    if sys.platform == "win32":
        raise RepositoryError("forge does not execute plans on Windows", "use WSL; reading and validating work here")
    head = repository.head()
    _ = repository.objects
    if head.commit is None:
        raise RepositoryError("there is no commit yet", "make a first commit, then execute")
    if head.branch is None:
        raise RepositoryError(
            "HEAD is detached: the run's commits would belong to no branch", "`git switch -c NAME`, then execute"
        )
    if (operation := repository.in_progress()) is not None:
        raise RepositoryError(f"{operation} is in progress here", "finish or abort it, then execute")
    identity(repository)


def require_dependencies(context: Context, catalog: Catalog, file: PlanFile, plan: Plan) -> None:
    """Raises UnmetDependency, naming it, where a plan that this one depends on is not completed."""
    for found in dependencies(PlanIndex(catalog.files), file, plan):
        if found.file is None:
            raise UnmetDependency(
                f"{plan.path} depends on `{found.name}`, and there is no such plan",
                "mend depends_on, or use --ignore-deps REASON",
            )
        if not is_done(context.repository, found.file):
            raise UnmetDependency(
                f"{plan.path} depends on {found.file.id} ({found.file.path}), which is not completed",
                "execute that first, or use --ignore-deps REASON", [forge_command("execute", found.file.id)],
            )  # fmt: skip


def require_no_open_run(context: Context) -> None:
    """Raises RunOpen where a run of this work tree is not finished."""
    branch = context.repository.head().short
    for record in open_runs(context.repository):
        run = record.card.run
        raise RunOpen(
            f"the run {run} of {record.card.plan} is not finished: {record.status} on {record.card.branch}, HEAD is {branch}",
            "go on with it, or stop it", [f"forge resume {run}", f"forge stop {run}"],
        )  # fmt: skip


def require_clean(context: Context) -> None:
    """Raises DirtyTree, which names the files and the ways out, where anything is uncommitted."""
    dirty = context.repository.dirty()
    if dirty:
        listed = "\n".join(f"  {entry}" for entry in dirty[:20]) + (
            f"\n  and {len(dirty) - 20} more" if len(dirty) > 20 else ""
        )
        raise DirtyTree(
            f"uncommitted changes are in the way of a run:\n{listed}",
            "commit them, or put them aside with `git stash -u`; a run commits nothing but its own work",
            ["git add -A && git commit", "git stash -u"],
        )


def approved_how(context: Context, plan: Plan, subject: Subject, options: Options) -> str:
    """Return how the plan is approved: flag, subject, recorded or terminal. Raises NotApproved; nothing is written then."""
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
        [forge_command("approve", plan.path), forge_command("execute", plan.path)],
    )  # fmt: skip


def record_is_ignored(repository: Repository) -> bool:
    """Say whether an ignore rule covers the records of runs."""
    return program.attempt(repository.root, "check-ignore", "-q", "--no-index", f"{RUNS}/x").returncode == 0


def make_card(context: Context, plan: Plan, runner: str, subject: Subject, how: str) -> RunCard:
    """Return the card of a new run."""
    repository, head = context.repository, context.repository.head()
    records = all_runs(repository)
    clone = clone_id(repository)
    mine = [record.card.run for record in records if record.card.clone == clone]
    blob = RevisionTree(repository, str(head.commit)).blob(plan.path)
    if blob is None:
        raise UsageError(
            f"{plan.path} is not committed",
            "commit the plan: a run is bound to its blob",
            [shlex.join(["git", "add", "-f", plan.path])],
        )
    prior = [record.card.run for record in records if record.card.plan_path == plan.path]
    return RunCard(
        run_id(plan.id, mine, max(mine, default="")), plan.id, plan.path, plan.sha256, blob,
        {"how": how, "subject": subject.sha256}, str(head.commit), head.short, clone, runner, identity(repository),
        context.execution, now(), plan.title, [{"id": step.id, "name": step.name, "stage": step.stage} for step in plan.steps],
        {"paths": list(plan.write_scope.paths), "max_files": context.settings.scope.max_files,
         "max_lines": context.settings.scope.max_lines},
        prior[-1] if prior else None,
    )  # fmt: skip


def first_events(
    context: Context, plan: Plan, card: RunCard, subject: Subject, how: str, options: Options
) -> list[ev.MissionStarted | ev.ApprovalResolved]:
    """Return the events that every run begins with: what it is to do, and the plan's approval."""
    told = {
        "approve": "yes" if options.approve else "", "approved": options.approved or "", "no_checks": options.no_checks or "",
        "ignore_deps": options.ignore_deps or "",
    }  # fmt: skip
    started = ev.MissionStarted(
        card.goal, len(card.steps), card.scope_contract, card.plan_sha256, card.base_commit, card.prior_run,
        {name: value for name, value in told.items() if value},
        [f"{found.line}:{found.column}: {found.severity} {found.rule} {found.message}" for found in plan.findings],
        plan.texts("user_setup"),
    )  # fmt: skip
    scope = "always" if how == "flag" else "once"
    return [started, ev.ApprovalResolved("ap-0", "approved", scope, how, "plan", subject.sha256)]
