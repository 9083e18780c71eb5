"""`verify --run`: runs the commands of approved plans' truths on a clean work tree.

The results are written and committed as proofs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from forge.check.must_haves.binding import bound_blobs
from forge.git.commits.identity import identity
from forge.git.status import StatusEntry
from forge.planning.plan.must_haves import MustHave
from forge.planning.plan.plan import Plan
from forge.planning.plan.shell import foreign_folder, proves_nothing
from forge.planning.proof import Proof, statement_hash
from forge.planning.settings import RunnerSettings
from forge.run.engine.context import Context
from forge.run.engine.session import writing
from forge.run.processes.signals import Interrupts
from forge.run.processes.supervise import Outcome
from forge.run.proofs import proof_files
from forge.run.proofs.preconditions import require_approved, require_settled
from forge.run.proofs.shell import BROKEN_PIPE, run_guarded
from forge.run.proofs.truth_result import TruthResult
from forge.text.plural import amount
from forge.timeline.ids import now
from forge.views.proof.proofs import ProofBook
from forge.views.proof.verdicts import TreeJudge, revision_tree

Result = tuple[TruthResult, Proof | None]


def run_truths(context: Context, plans: Sequence[Plan]) -> list[TruthResult]:
    """Run the commands of the plans' truths in order; each that ends by itself gives a proof.

    Before anything is run, raises NotApproved if the exact text of a plan with commands is not
    approved, DirtyTree if there are uncommitted changes outside `.planning/`, RunOpen,
    RepositoryError or Held; later, GitChanged if a command changes what git obeys.
    """
    to_run = [plan for plan in plans if any(item.command for item in plan.must_haves)]
    runners = require_approved(context, to_run)
    with writing(context, "verify --run"), Interrupts() as interrupts:
        results: list[TruthResult] = []
        for plan in to_run:
            head = require_settled(context.repository)
            runner = runners[plan.path]
            results += _PlanTruths(context, plan, runner, head, interrupts).run()
        return results


class _PlanTruths:
    """The truths of one plan, run on one commit."""

    def __init__(
        self,
        context: Context,
        plan: Plan,
        runner: RunnerSettings,
        head: str,
        interrupts: Interrupts,
    ) -> None:
        self.repository = context.repository
        self.settings = context.settings
        self.plan = plan
        self.runner = runner
        self.head = head
        self.interrupts = interrupts
        self.judge = TreeJudge.on(
            self.repository,
            revision_tree(self.repository, head),
            self.settings.limits.artifact_bytes,
        )

    def run(self) -> list[TruthResult]:
        """Run the commands; if one changes the tree, the rest are skipped and nothing is proven."""
        before = self.repository.dirty()
        results: list[Result] = []
        for item in self.plan.must_haves:
            if item.kind != "truth" or item.command is None:
                continue
            if reason := self._unfit(item.command):
                results.append((self._result(item, "not run", reason), None))
                continue
            outcome = run_guarded(
                self.repository,
                self.settings,
                self.runner,
                item.command,
                self.interrupts,
                "verify --run",
            )
            changed = self._changed(before)
            results.append(self._judge(item, outcome, changed))
            if changed:
                return list(_voided(results))
        return self._keep(results)

    def _unfit(self, command: str) -> str:
        """Return why a command would prove nothing; empty if it may."""
        if proves_nothing(command):
            return "it cannot fail, so it would prove nothing"
        foreign = foreign_folder(command, self.repository.root)
        return f"it leaves the work tree; without that it reads: {foreign[1]}" if foreign else ""

    def _changed(self, before: Sequence[StatusEntry]) -> tuple[str, ...]:
        """Return the paths that changed since the commands began, and HEAD if it moved."""
        paths = [entry.path for entry in self.repository.dirty() if entry not in before]
        return tuple(paths if self.repository.head().commit == self.head else ["HEAD", *paths])

    def _judge(self, item: MustHave, outcome: Outcome, changed: tuple[str, ...]) -> Result:
        output = "" if outcome.success else outcome.output.last_lines()
        result = self._result(item, "failed", duration_ms=outcome.duration_ms, output=output)
        if changed:
            reason = "it proves nothing"
            return replace(result, outcome="changed the tree", reason=reason, changed=changed), None
        if reason := _inconclusive(outcome):
            return replace(result, outcome="inconclusive", reason=reason), None
        if outcome.success:
            return replace(result, outcome="passed"), self._proof(item, "")
        failure = outcome.describe()
        return replace(result, reason=failure), self._proof(item, failure)

    def _result(
        self, item: MustHave, outcome: str, reason: str = "", duration_ms: int = 0, output: str = ""
    ) -> TruthResult:
        command = item.command or ""
        return TruthResult(
            self.plan.id, item.name, command, outcome, reason, duration_ms, output=output
        )

    def _proof(self, item: MustHave, reason: str) -> Proof:
        return Proof(
            "command",
            self.plan.path,
            item.name,
            statement_hash(item.statement),
            identity(self.repository),
            now(),
            reason,
            item.command or "",
            [],
            self.judge.outside_id(),
            self.head,
            bound_blobs(self.plan, item, self.judge.outside),
        )

    def _keep(self, results: Sequence[Result]) -> list[TruthResult]:
        """Write and commit the proofs that are new; return the results with their proofs' paths."""
        existing = ProofBook(self.repository).of(
            self.plan.path, self.plan.source.data, self.judge.is_plan
        )
        files: dict[str, bytes] = {}
        paths: list[str | None] = []
        for _, proof in results:
            path = None
            if proof is not None and not _is_known(proof, existing):
                path = proof_files.free_path(self.repository, self.plan.id, "command", files)
                files[path] = proof.encode()
            paths.append(path)
        commit = self._commit(files) if files else None
        return [
            replace(result, proof=path, commit=commit if path else None)
            for (result, _), path in zip(results, paths, strict=True)
        ]

    def _commit(self, files: dict[str, bytes]) -> str | None:
        summary = amount(len(files), "command proof")
        return proof_files.keep(
            self.repository, "verify --run", self.plan, files, summary, self.head
        )


def _inconclusive(outcome: Outcome) -> str:
    if outcome.ended == "not_found":
        return "it could not be started"
    return "a broken pipe says nothing" if outcome.exit_code == BROKEN_PIPE else ""


def _voided(results: Sequence[Result]) -> Iterator[TruthResult]:
    """Yield the results of a plan with a command that changed the tree: all proofs are void."""
    for result, proof in results:
        reason = f"it {result.outcome}, but a later command changed the tree: nothing is proven"
        yield result if proof is None else replace(result, outcome="void", reason=reason)


def _is_known(proof: Proof, existing: Sequence[Proof]) -> bool:
    """Return whether the newest proof by the same command has the same tree and result."""
    same_command = [
        other
        for other in existing
        if other.kind == "command"
        and other.statement_sha256 == proof.statement_sha256
        and other.command == proof.command
    ]
    newest = max(same_command, key=lambda other: other.at, default=None)
    return newest is not None and (newest.tree, newest.reason) == (proof.tree, proof.reason)
