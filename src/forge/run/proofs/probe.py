"""`validate --probe`: the verify commands of approved plans, run before the work is done, on a tree
that is put back.

Nothing is proven and nothing recorded: what comes of a command is handed to the rule
`verify-already-passes`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from forge.check.rules.plan import verify
from forge.check.rules.plan.verify import Probed, ProbedAs
from forge.errors import DirtyTree, UnknownName
from forge.git import program
from forge.git.index.private_index import PrivateIndex, private_index
from forge.git.repository import Head, Repository
from forge.git.restore.snapshot import SAFETY, restore_paths, snapshot
from forge.git.status import StatusEntry
from forge.planning.names.catalog import Catalog
from forge.planning.plan.plan import Plan, Step
from forge.planning.plan.shell import foreign_folder
from forge.records.record import RunRecord, all_runs
from forge.run.approvals import plan_approval
from forge.run.engine.context import Context
from forge.run.engine.session import writing
from forge.run.processes.signals import Interrupts
from forge.run.processes.supervise import Outcome
from forge.run.proofs.run_truths import require_settled
from forge.run.proofs.shell import run_shell
from forge.text.finding import Finding
from forge.views.outline.outline import Outline

_BROKEN_PIPE = 141
_SNAPSHOTS = "probe"


@dataclass(frozen=True)
class ProbedCommand:
    """A command that was run before its step's work: of which step, how it ended, and what it
    changed and was put back.
    """

    step: str
    command: str
    outcome: ProbedAs
    duration_ms: int
    changed: tuple[str, ...]

    def as_data(self) -> dict[str, object]:
        """Return what JSON shows of it."""
        return {
            "step": self.step,
            "command": self.command,
            "outcome": self.outcome,
            "duration_ms": self.duration_ms,
            "changed": list(self.changed),
        }


@dataclass(frozen=True)
class Probe:
    """What was run, and by the path of each plan that was looked at what is to be said of it."""

    ran: tuple[ProbedCommand, ...]
    findings: dict[str, list[Finding]]


def probe(context: Context, paths: Collection[str]) -> Probe:
    """Run the verify commands of the edit steps of those approved plans among `paths` on which no
    work is done yet.

    A step's commands are run in order, until one fails. A plan that is not approved is said to be
    so, and nothing of it is run. Raises DirtyTree, RepositoryError, RunOpen, Held, Interrupted;
    PathBlocked where a change cannot be put back.
    """
    plans = list(_open_plans(context.repository, paths))
    approved = [
        plan
        for plan in plans
        if plan_approval.is_text_approved(context.repository, plan, context.settings)
    ]
    findings = {
        plan.path: list(verify.check_unapproved(plan, _steps(plan)))
        for plan in plans
        if plan not in approved
    }
    ran: list[ProbedCommand] = []
    if approved:
        with (
            writing(context, "validate --probe"),
            Interrupts() as interrupts,
            private_index(context.repository) as index,
        ):
            require_settled(context.repository)
            prober = _Prober(context, interrupts, index)
            for plan in approved:
                found = {step.number: prober.run(step) for step in _steps(plan)}
                ran += [each for steps in found.values() for each in steps]
                probed: Probed = {
                    number: [each.outcome for each in steps] for number, steps in found.items()
                }
                findings[plan.path] = list(verify.check_probed(plan, probed))
    return Probe(tuple(ran), findings)


def _open_plans(repository: Repository, paths: Collection[str]) -> Iterator[Plan]:
    """Yield the plans with steps to probe: not archived, not claimed, and no run of theirs has
    completed a step.
    """
    begun = {record.plan_path for record in all_runs(repository) if _has_worked(record)}
    passed_over = begun.union(Outline(repository).summaries)
    catalog = Catalog(repository.root)
    for file in catalog.files:
        if file.path in paths and file.path not in passed_over and not file.archived:
            try:
                plan = catalog.load(file)
            except UnknownName:
                continue  # a finding of its own
            if _steps(plan):
                yield plan


def _has_worked(record: RunRecord) -> bool:
    return any(step.status == "completed" for step in record.state.steps)


def _steps(plan: Plan) -> list[Step]:
    """Return the steps that do work and have commands. A test step's command may well pass
    before.
    """
    return [
        step
        for step in plan.steps
        if step.edits and any(check.kind == "command" for check in step.checks)
    ]


class _Prober:
    """Runs commands in the work tree and puts it back behind each."""

    def __init__(self, context: Context, interrupts: Interrupts, index: PrivateIndex) -> None:
        self.repository = context.repository
        self.settings = context.settings
        self.interrupts = interrupts
        self.index = index
        self.before = _WorkTreeState.of(self.repository)
        head = self.before.head.commit or ""
        documents = self.before.dirty and snapshot(self.repository, _SNAPSHOTS, "before probing")
        self.target = documents or head

    def run(self, step: Step) -> list[ProbedCommand]:
        """Run the commands of a step until one fails; the others would not be reached."""
        found: list[ProbedCommand] = []
        for check in step.checks:
            if check.kind != "command":
                continue
            if not check.proves or foreign_folder(check.text, self.repository.root) is not None:
                found.append(ProbedCommand(step.id, check.text, "not run", 0, ()))
                continue
            try:
                outcome = run_shell(self.repository, self.settings, check.text, self.interrupts)
            finally:
                changed = self._put_back()
            found.append(
                ProbedCommand(step.id, check.text, _word(outcome), outcome.duration_ms, changed)
            )
            if not outcome.success:
                break
        return found

    def _put_back(self) -> tuple[str, ...]:
        """Make tree, index and HEAD what they were, behind a snapshot; return the paths that a
        command changed.
        """
        if _WorkTreeState.of(self.repository) == self.before:
            return ()
        taken = snapshot(
            self.repository, _SNAPSHOTS, "before putting back what a probed command changed"
        )
        _restore_head(self.repository, self.before.head)
        paths = restore_paths(self.repository, taken, self.target, lambda path: False)
        self.index.restore()
        left = [
            path
            for path in _WorkTreeState.of(self.repository).dirty
            if path not in self.before.dirty
        ]
        if left:
            listed = "\n".join(f"  {path}" for path in left[:20])
            raise DirtyTree(
                f"a probed command left what could not be put back:\n{listed}",
                f"put it back by hand; all of it is kept under {SAFETY}/{_SNAPSHOTS}/",
            )
        return tuple(sorted(paths))


def _word(outcome: Outcome) -> ProbedAs:
    if outcome.success:
        return "passed"
    return (
        "inconclusive"
        if outcome.exit_code == _BROKEN_PIPE or outcome.ended in ("not_found", "timeout")
        else "failed"
    )


@dataclass(frozen=True)
class _WorkTreeState:
    """What a command must not leave changed: HEAD, and every uncommitted path with a sign of its
    content.
    """

    head: Head
    dirty: dict[StatusEntry, str]

    @classmethod
    def of(cls, repository: Repository) -> _WorkTreeState:
        signs = {entry: _sign(repository, entry.path) for entry in repository.dirty()}
        return cls(repository.head(), signs)


def _sign(repository: Repository, path: str) -> str:
    try:
        return hashlib.sha256((repository.root / path).read_bytes()).hexdigest()
    except OSError:
        return ""


def _restore_head(repository: Repository, head: Head) -> None:
    """Put HEAD and its branch back; commits made meanwhile stay reachable from the snapshot."""
    if repository.head() == head or head.commit is None:
        return
    if head.branch is not None:
        program.run(repository.root, "symbolic-ref", "HEAD", head.branch)
        program.run(
            repository.root,
            "update-ref",
            "-m",
            "forge: as before probing",
            head.branch,
            head.commit,
        )
    else:
        program.run(
            repository.root,
            "update-ref",
            "--no-deref",
            "-m",
            "forge: as before probing",
            "HEAD",
            head.commit,
        )
