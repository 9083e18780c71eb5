"""`verify --run`: the commands of approved plans' truths, run on a clean work tree; what comes of
them is kept as proofs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from forge import atomic
from forge.check.must_haves.binding import bound_blobs
from forge.check.secrets.scrub import scrub
from forge.errors import DirtyTree, NotApproved, RepositoryError, RunOpen
from forge.git.commits.identity import identity
from forge.git.commits.record_commit import commit_files
from forge.git.repository import Repository
from forge.git.status import StatusEntry
from forge.planning.names.plan_files import FOLDER
from forge.planning.plan.must_haves import MustHave
from forge.planning.plan.plan import Plan
from forge.planning.plan.shell import cannot_fail, foreign_folder
from forge.planning.proof import Proof, file_name, statement_hash
from forge.records.record import open_runs
from forge.run.approvals import plan_approval
from forge.run.engine.commit_message import subject_line
from forge.run.engine.context import Context
from forge.run.engine.session import writing
from forge.run.processes.signals import Interrupts
from forge.run.processes.supervise import Outcome
from forge.run.proofs.shell import run_shell
from forge.text.command_line import shown_command
from forge.text.plural import amount
from forge.timeline.ids import now, short
from forge.views.proof.proofs import ProofBook
from forge.views.proof.verdicts import TreeJudge, revision_tree

_BROKEN_PIPE = 141
_MOST_LISTED = 20


@dataclass(frozen=True)
class TruthResult:
    """What came of a truth's command: `passed`, `failed`, or why it proves nothing; where its proof
    lies, if it has one.
    """

    plan: str
    must_have: str
    command: str
    outcome: str
    reason: str = ""
    duration_ms: int = 0
    changed: tuple[str, ...] = ()
    output: str = ""
    proof: str | None = None
    commit: str | None = None

    def as_data(self) -> dict[str, object]:
        """Return what JSON shows of it."""
        names = (
            "plan",
            "must_have",
            "command",
            "outcome",
            "reason",
            "duration_ms",
            "proof",
            "commit",
        )
        return {**{name: getattr(self, name) for name in names}, "changed": list(self.changed)}

    def describe(self) -> str:
        """Say it in a few lines."""
        said = f"{self.must_have} of {self.plan}: {self.outcome}" + (
            f" ({self.reason})" if self.reason else ""
        )
        lines = [
            said,
            shown_command(self.command),
            *(f"  changed: {path}" for path in self.changed[:_MOST_LISTED]),
        ]
        return "\n".join([*lines, *(f"  | {line}" for line in self.output.splitlines())])


def run_truths(context: Context, plans: Sequence[Plan]) -> list[TruthResult]:
    """Run the commands of the plans' truths, in order, and keep a proof of each that ended by
    itself.

    Before anything is run, raises NotApproved where the exact text of a plan with commands is not
    approved, DirtyTree where there are uncommitted changes outside `.planning/`, RunOpen,
    RepositoryError, Held.
    """
    to_run = [plan for plan in plans if any(item.command for item in plan.must_haves)]
    require_approved(context, to_run)
    with writing(context, "verify --run"), Interrupts() as interrupts:
        found: list[TruthResult] = []
        for plan in to_run:
            head = require_settled(context.repository)
            found += _Verifier(context, plan, head, interrupts).run()
        return found


def require_approved(context: Context, plans: Sequence[Plan]) -> None:
    """Raises NotApproved, with the commands to type, where a plan's exact text has no approval with
    any runner.
    """
    missing = [
        plan
        for plan in plans
        if not plan_approval.is_text_approved(context.repository, plan, context.settings)
    ]
    if missing:
        names = ", ".join(plan.id for plan in missing[:_MOST_LISTED])
        raise NotApproved(
            f"the commands of {names} have not been approved as they stand; nothing was run",
            "look at them, approve them, then verify again",
            [
                *(f"forge approve {plan.id}" for plan in missing),
                *(f"forge verify {plan.id} --run" for plan in missing),
            ],
        )


def require_settled(repository: Repository) -> str:
    """Return HEAD's commit, where the work tree is exactly that outside `.planning/` and no run is
    open.

    Raises RepositoryError, RunOpen, DirtyTree.
    """
    head = repository.head().commit
    if head is None:
        raise RepositoryError(
            "this repository has no commit yet", "commit the tree that the commands are to run on"
        )
    if under_way := repository.in_progress():
        raise RepositoryError(
            f"{under_way} is under way here", "end it first: commands run on a commit's tree"
        )
    if records := open_runs(repository):
        run = records[0].card.run
        said = f"the run {run} is open here; it runs the plan's commands itself"
        raise RunOpen(said, "go on with it, or stop it", [f"forge resume {run}"])
    if dirty := _outside(repository.dirty()):
        listed = "\n".join(f"  {entry}" for entry in dirty[:_MOST_LISTED])
        raise DirtyTree(
            f"commands run on a commit's tree, and these changes are not committed:\n{listed}",
            "commit them, or `git stash -u` them, then try again",
        )
    return head


def _outside(entries: Sequence[StatusEntry]) -> list[StatusEntry]:
    return [entry for entry in entries if entry.path.partition("/")[0] != FOLDER]


class _Verifier:
    """Runs the truths of one plan on one commit."""

    def __init__(self, context: Context, plan: Plan, head: str, interrupts: Interrupts) -> None:
        self.repository = context.repository
        self.settings = context.settings
        self.plan = plan
        self.head = head
        self.interrupts = interrupts
        self.bench = TreeJudge.on(
            self.repository,
            revision_tree(self.repository, head),
            self.settings.limits.artifact_bytes,
        )

    def run(self) -> list[TruthResult]:
        """Run the commands; as soon as one changes the tree the others are not run, and nothing is
        proven.
        """
        before = self.repository.dirty()
        done: list[tuple[TruthResult, Proof | None]] = []
        for item in self.plan.must_haves:
            if item.kind != "truth" or item.command is None:
                continue
            if why := self._unfit(item.command):
                done.append(
                    (TruthResult(self.plan.id, item.name, item.command, "not run", why), None)
                )
                continue
            outcome = run_shell(self.repository, self.settings, item.command, self.interrupts)
            changed = self._changed(before)
            done.append(self._result(item, outcome, changed))
            if changed:
                return [ran for ran, _ in self._void(done)]
        return self._kept(done)

    def _unfit(self, command: str) -> str:
        if cannot_fail(command):
            return "it cannot fail, so it would prove nothing"
        left = foreign_folder(command, self.repository.root)
        return f"it leaves the work tree; without that it reads: {left[1]}" if left else ""

    def _changed(self, before: Sequence[StatusEntry]) -> tuple[str, ...]:
        """Return what is not as it was before the commands ran: paths, and HEAD where it moved."""
        paths = [entry.path for entry in self.repository.dirty() if entry not in before]
        return tuple(paths if self.repository.head().commit == self.head else ["HEAD", *paths])

    def _result(
        self, item: MustHave, outcome: Outcome, changed: tuple[str, ...]
    ) -> tuple[TruthResult, Proof | None]:
        command = item.command or ""
        said = "" if outcome.success else scrub(outcome.output.last_lines())[0]
        facts = (outcome.duration_ms, changed, said)
        if changed:
            return (
                TruthResult(
                    self.plan.id,
                    item.name,
                    command,
                    "changed the tree",
                    "it proves nothing",
                    *facts,
                ),
                None,
            )
        if outcome.exit_code == _BROKEN_PIPE or outcome.ended == "not_found":
            why = (
                "it could not be started"
                if outcome.ended == "not_found"
                else "a broken pipe says nothing"
            )
            return TruthResult(self.plan.id, item.name, command, "inconclusive", why, *facts), None
        reason = "" if outcome.success else outcome.describe()
        proof = Proof(
            "command",
            self.plan.path,
            item.name,
            statement_hash(item.statement),
            identity(self.repository),
            now(),
            reason,
            command,
            [],
            self.bench.outside_id(),
            self.head,
            bound_blobs(self.plan, item, self.bench.outside),
        )
        return (
            TruthResult(
                self.plan.id,
                item.name,
                command,
                "passed" if outcome.success else "failed",
                reason,
                *facts,
            ),
            proof,
        )

    def _void(
        self, done: Sequence[tuple[TruthResult, Proof | None]]
    ) -> Iterator[tuple[TruthResult, None]]:
        """Yield the results of a run in which a command changed the tree: none of them is kept."""
        for ran, proof in done:
            if proof is None:
                yield ran, None
            else:
                why = (
                    f"it {ran.outcome}, but a later command changed the tree, so that nothing is"
                    " proven"
                )
                yield replace(ran, outcome="void", reason=why), None

    def _kept(self, done: Sequence[tuple[TruthResult, Proof | None]]) -> list[TruthResult]:
        """Write the proofs that say something new, and commit them together; return the results
        with their places.
        """
        known = ProofBook(self.repository).of(
            self.plan.path, self.plan.source.data, self.bench.is_plan
        )
        files: dict[str, bytes] = {}
        paths: list[str | None] = []
        for _, proof in done:
            path = (
                self._free_name(files)
                if proof is not None and not _is_known(proof, known)
                else None
            )
            if proof is not None and path is not None:
                files[path] = proof.encode()
            paths.append(path)
        commit = self._commit(files) if files else None
        return [_placed(ran, path, commit) for (ran, _), path in zip(done, paths, strict=True)]

    def _free_name(self, taken: dict[str, bytes]) -> str:
        while True:
            path = file_name(self.plan.id, "command", short())
            if path not in taken and not (self.repository.root / path).exists():
                return path

    def _commit(self, files: dict[str, bytes]) -> str | None:
        for path, data in files.items():
            atomic.write(self.repository.root / path, data, mode=0o644)
        branch = self.repository.head().branch
        if branch is None:
            return None
        number = f"{amount(len(files), 'command proof')}"
        trailer = f"Forge-Plan: {re.sub(r'[^ -~]', '-', self.plan.id)}@{self.plan.sha256[:12]}"
        text = f"{subject_line(f'forge({self.plan.id}): {number}')}\n\n{trailer}\n"
        return commit_files(self.repository, files, text, self.head, branch)


def _is_known(proof: Proof, known: Sequence[Proof]) -> bool:
    """Say whether the newest result of the same command says the same of the same tree already."""
    mine = [
        each
        for each in known
        if each.kind == "command" and each.statement_sha256 == proof.statement_sha256
    ]
    newest = max(
        (each for each in mine if each.command == proof.command),
        key=lambda each: each.at,
        default=None,
    )
    return newest is not None and (newest.tree, newest.reason) == (proof.tree, proof.reason)


def _placed(ran: TruthResult, path: str | None, commit: str | None) -> TruthResult:
    return replace(ran, proof=path, commit=commit if path else None)
