"""`validate --probe`: runs the verify commands of approved plans before the work is done.

The work tree is restored after each command. Nothing is proven or recorded: the outcomes go to the
rule `verify-already-passes`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from forge.check.rules.plan import verify
from forge.check.rules.plan.verify import Probed, ProbedAs
from forge.errors import DirtyTree, Interrupted, NotTheUser, UnknownName
from forge.git.index.private_index import PrivateIndex, private_index
from forge.git.repository import Repository
from forge.git.restore.snapshot import SAFETY, restore_paths, snapshot
from forge.planning.names.catalog import Catalog
from forge.planning.plan.plan import Plan, Step
from forge.planning.plan.shell import foreign_folder
from forge.planning.settings import RunnerSettings
from forge.records.record import RunRecord, all_runs
from forge.run.approvals import plan_approval
from forge.run.engine.context import Context
from forge.run.engine.session import writing
from forge.run.processes import sandbox
from forge.run.processes.signals import Interrupts
from forge.run.processes.supervise import Outcome
from forge.run.proofs.preconditions import require_settled
from forge.run.proofs.shell import BROKEN_PIPE, run_guarded
from forge.run.proofs.work_tree_state import WorkTreeState, restore_head
from forge.text.finding import Finding
from forge.text.path_list import cut
from forge.views.outline.outline import Outline

_SNAPSHOTS = "probe"
_MOST_LISTED = 20


@dataclass(frozen=True)
class ProbedCommand:
    """A command that was run before its step's work; `changed` are the paths that were restored."""

    step: str
    command: str
    outcome: ProbedAs
    duration_ms: int
    changed: tuple[str, ...]

    def as_data(self) -> dict[str, object]:
        return {
            "step": self.step,
            "command": self.command,
            "outcome": self.outcome,
            "duration_ms": self.duration_ms,
            "changed": list(self.changed),
        }


@dataclass(frozen=True)
class Probe:
    """The commands that were run, and the findings by the path of their plan."""

    ran: tuple[ProbedCommand, ...]
    findings: dict[str, list[Finding]]


def probe(context: Context, paths: Collection[str]) -> Probe:
    """Run the verify commands of edit steps, for approved plans among `paths` without work done.

    A step's commands are run in order until one fails. A plan that is not approved gets a finding,
    and none of its commands are run. Raises DirtyTree, RepositoryError, RunOpen, Held and
    Interrupted; GitChanged if a command changes what git obeys; PathBlocked if a change cannot be
    undone.
    """
    sandbox.require(context.settings.commands, context.repository.root, "the plan's commands")
    plans = list(_open_plans(context.repository, paths))
    approved: list[tuple[Plan, RunnerSettings]] = []
    findings: dict[str, list[Finding]] = {}
    for plan in plans:
        runner = plan_approval.approved_runner(context.repository, plan, context.settings)
        if runner is None:
            findings[plan.path] = list(verify.check_unapproved(plan, _steps(plan)))
        else:
            approved.append((plan, runner))
    ran: list[ProbedCommand] = []
    if approved:
        with (
            writing(context, "validate --probe"),
            Interrupts() as interrupts,
            private_index(context.repository) as index,
        ):
            require_settled(context.repository)
            prober = _Prober(context, interrupts, index)
            for plan, runner in approved:
                by_step = {step.number: prober.run(step, runner) for step in _steps(plan)}
                ran += [command for commands in by_step.values() for command in commands]
                findings[plan.path] = list(verify.check_probed(plan, _outcomes(by_step)))
    return Probe(tuple(ran), findings)


def _outcomes(by_step: dict[int, list[ProbedCommand]]) -> Probed:
    return {
        number: [command.outcome for command in commands] for number, commands in by_step.items()
    }


def _open_plans(repository: Repository, paths: Collection[str]) -> Iterator[Plan]:
    """Yield the plans with steps to probe: not archived, without a summary, and without a run that
    has completed a step.
    """
    begun = {
        record.plan_path
        for record in all_runs(repository, with_events=False)
        if _has_worked(record)
    }
    left_out = begun.union(Outline(repository).summaries)
    catalog = Catalog(repository.root)
    for file in catalog.files:
        if file.path in paths and file.path not in left_out and not file.archived:
            try:
                plan = catalog.load(file)
            except UnknownName:
                continue  # another rule reports it
            if _steps(plan):
                yield plan


def _has_worked(record: RunRecord) -> bool:
    return any(step.status == "completed" for step in record.state.steps)


def _steps(plan: Plan) -> list[Step]:
    """Return the edit steps with commands; the command of a test step may pass before its work."""
    return [
        step
        for step in plan.steps
        if step.edits and any(check.kind == "command" for check in step.checks)
    ]


class _Prober:
    """Runs commands in the work tree and restores it after each."""

    def __init__(self, context: Context, interrupts: Interrupts, index: PrivateIndex) -> None:
        self.repository = context.repository
        self.settings = context.settings
        self.interrupts = interrupts
        self.index = index
        self.before = WorkTreeState.of(self.repository)
        head = self.before.head.commit or ""
        documents = self.before.dirty and snapshot(self.repository, _SNAPSHOTS, "before probing")
        self.target = documents or head

    def run(self, step: Step, runner: RunnerSettings) -> list[ProbedCommand]:
        """Run the commands of a step until one fails; the others would not be reached."""
        commands: list[ProbedCommand] = []
        for check in step.checks:
            if check.kind != "command":
                continue
            if not check.proves or foreign_folder(check.text, self.repository.root) is not None:
                commands.append(ProbedCommand(step.id, check.text, "not run", 0, ()))
                continue
            try:
                outcome = run_guarded(
                    self.repository,
                    self.settings,
                    runner,
                    check.text,
                    self.interrupts,
                    "validate --probe",
                )
            except (Interrupted, NotTheUser):
                self._restore()
                raise
            changed = self._restore()
            word, duration = _outcome_word(outcome), outcome.duration_ms
            commands.append(ProbedCommand(step.id, check.text, word, duration, changed))
            if not outcome.success:
                break
        return commands

    def _restore(self) -> tuple[str, ...]:
        """Restore tree, index and HEAD after a snapshot; return the paths that had changed."""
        if WorkTreeState.of(self.repository) == self.before:
            return ()
        taken = snapshot(
            self.repository, _SNAPSHOTS, "before restoring what a probed command changed"
        )
        restore_head(self.repository, self.before.head)
        paths = restore_paths(self.repository, taken, self.target, lambda path: False)
        self.index.restore()
        after = WorkTreeState.of(self.repository)
        left = [entry for entry in after.dirty if entry not in self.before.dirty]
        if left:
            listed = cut([str(entry) for entry in left], _MOST_LISTED)
            raise DirtyTree(
                ["a probed command left changes that could not be undone:", *listed],
                f"undo them by hand; everything is kept under {SAFETY}/{_SNAPSHOTS}/",
            )
        return tuple(sorted(paths))


def _outcome_word(outcome: Outcome) -> ProbedAs:
    if outcome.success:
        return "passed"
    if outcome.exit_code == BROKEN_PIPE or outcome.ended in ("not_found", "timeout"):
        return "inconclusive"
    return "failed"
