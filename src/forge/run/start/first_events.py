"""What a run begins with: its options, its card and its first events."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from forge.errors import UsageError
from forge.git import program
from forge.git.clone import clone_id
from forge.git.commits.identity import identity
from forge.git.objects.tree import RevisionTree
from forge.git.repository import Repository
from forge.planning.plan.plan import Plan
from forge.records.card import RUNS, RunCard
from forge.records.lines import run_lines
from forge.records.record import RunRecord, all_runs
from forge.run.approvals.subject import Subject
from forge.run.engine.context import Context
from forge.timeline.event import Data
from forge.timeline.ids import now
from forge.timeline.run import events as ev
from forge.timeline.run.events import StepSkipped
from forge.timeline.run.run_id import run_id


@dataclass(frozen=True)
class Options:
    """The options of `forge execute`.

    `subjects` are what `approve` covers, by plan, if several plans are executed: each as it was
    when the command began.
    """

    runner: str | None = None
    approve: bool = False
    approved: str | None = None
    no_checks: str | None = None
    ignore_deps: str | None = None
    from_step: str | None = None
    worktree: bool = False
    allow_dirty: bool = False
    subjects: Mapping[str, str] | None = None

    def as_recorded(self) -> dict[str, object]:
        """Return the given options as the record keeps them. The runner is on the card."""
        options = {
            "approve": "yes" if self.approve else "",
            "approved": self.approved,
            "no_checks": self.no_checks,
            "ignore_deps": self.ignore_deps,
            "from": self.from_step,
            "worktree": "yes" if self.worktree else "",
            "allow_dirty": "yes" if self.allow_dirty else "",
        }
        return {name: value for name, value in options.items() if value}


def record_is_ignored(repository: Repository) -> bool:
    """Return whether an ignore rule covers the records of runs."""
    return (
        program.attempt(repository.root, "check-ignore", "-q", "--no-index", f"{RUNS}/x").returncode
        == 0
    )


def make_card(
    context: Context, plan: Plan, runner: str, subject: Subject, how: str, prior: RunRecord | None
) -> RunCard:
    """Return the card of a new run. Raises UsageError if the plan is not committed."""
    repository, head = context.repository, context.repository.head()
    clone = clone_id(repository)
    mine = [line.run for line in run_lines(repository, everywhere=True) if line.clone == clone]
    blob = RevisionTree(repository, str(head.commit)).blob(plan.path)
    if blob is None:
        raise UsageError(
            f"{plan.path} is not committed",
            "commit the plan: a run is bound to its blob",
            [shlex.join(["git", "add", "-f", plan.path])],
        )
    return RunCard(
        run=run_id(plan.id, mine, max(mine, default="")),
        plan=plan.id,
        plan_path=plan.path,
        plan_sha256=plan.sha256,
        plan_blob=blob,
        approval={"how": how, "subject": subject.sha256},
        base_commit=str(head.commit),
        branch=head.short,
        clone=clone,
        runner=runner,
        actor=identity(repository),
        execution=context.execution,
        started_at=now(),
        goal=plan.title,
        steps=[{"id": step.id, "name": step.name, "stage": step.stage} for step in plan.steps],
        scope_contract={
            "paths": list(plan.write_scope.paths),
            **{key: subject.scope[key] for key in ("max_files", "max_lines")},
            **subject.contract.as_data(),
        },
        prior_run=prior.card.run if prior else None,
    )


def run_before(repository: Repository, plan: Plan) -> RunRecord | None:
    """Return the newest run of a plan, or None."""
    runs = [line.run for line in run_lines(repository) if line.plan_path == plan.path]
    records = all_runs(repository, among=runs[-1:]) if runs else []
    return records[-1] if records else None


def first_events(
    plan: Plan,
    card: RunCard,
    options: Options,
    findings: list[str],
    passed_over: Sequence[tuple[str, StepSkipped]],
) -> list[tuple[Data, str | None]]:
    """Return a run's first events, each with its step: what it will do, the plan's approval, and
    the steps that it passes over.
    """
    started = ev.MissionStarted(
        card.goal,
        len(card.steps),
        card.scope_contract,
        card.plan_sha256,
        card.base_commit,
        card.prior_run,
        options.as_recorded(),
        findings,
        plan.texts("user_setup"),
    )
    how, subject = card.approval["how"], card.approval["subject"]
    approved = ev.ApprovalResolved(
        "ap-0", "approved", "always" if how == "flag" else "once", how, "plan", subject
    )
    return [(started, None), (approved, None), *((event, step) for step, event in passed_over)]
